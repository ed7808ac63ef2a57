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
