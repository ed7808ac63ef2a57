import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, send } from "../support/api.js";

describe("Delete all", () => {
  describe("with items on the list", () => {
    let item;
    let response;
    before(async () => {
      item = await create();
      await create();
      response = await send("DELETE", "/todos");
    });

    it("answers 204", () => {
      assert.equal(response.status, 204);
    });

    it("has no body", () => {
      assert.equal(response.text, "");
    });

    it("leaves an empty list", async () => {
      assert.deepEqual((await send("GET", "/todos")).data, []);
    });

    it("leaves no item to be read", async () => {
      assert.equal((await send("GET", item.url)).status, 404);
    });
  });

  describe("with nothing on the list", () => {
    it("answers 204 again", async () => {
      await send("DELETE", "/todos");
      assert.equal((await send("DELETE", "/todos")).status, 204);
    });
  });
});
