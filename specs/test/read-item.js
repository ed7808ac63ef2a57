import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, origin, send } from "../support/api.js";
import { claimError } from "../support/claims.js";

describe("Read item", () => {
  describe("that exists", () => {
    let item;
    let response;
    before(async () => {
      item = await create({ title: "read me", completed: true, order: 3 });
      response = await send("GET", item.url);
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is JSON", () => {
      assert.match(response.headers.get("content-type"), /^application\/json\b/);
    });

    it("has url, title, completed and order", () => {
      assert.deepEqual(Object.keys(response.data).sort(), ["completed", "order", "title", "url"]);
    });

    it("shows the item as it was created", () => {
      assert.deepEqual(response.data, item);
    });
  });

  describe("by another way to write its number", () => {
    let item;
    before(async () => {
      item = await create();
    });

    /** What Python, asked carelessly, would read as the same number. */
    const ways = {
      "with a sign": (digits) => `%2B${digits}`,
      "with a space": (digits) => `%20${digits}`,
      "with a point": (digits) => `${digits}.0`,
      "in digits of another script": (digits) =>
        encodeURIComponent(digits.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))),
    };
    for (const [name, written] of Object.entries(ways)) {
      it(`answers 404 ${name}`, async () => {
        const [, digits] = /(\d+)$/.exec(item.url);
        assert.equal((await send("GET", `/todos/${written(digits)}`)).status, 404);
      });
    }
  });

  const absent = {
    "that does not exist @smoke": "/todos/0",
    "with a number larger than any database's @smoke": `/todos/${"9".repeat(40)}`,
    "by something that is no number @smoke": "/todos/first",
    "with a slash at the end @smoke": "/todos/1/",
  };
  for (const [name, path] of Object.entries(absent)) {
    describe(name, () => {
      let response;
      before(async () => {
        response = await send("GET", path, { headers: { Origin: origin } });
      });

      claimError(404, () => response);
    });
  }
});
