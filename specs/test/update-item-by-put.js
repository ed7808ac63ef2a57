import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, origin, send } from "../support/api.js";
import { claimError } from "../support/claims.js";

describe("Update item by PUT", () => {
  describe("with every field", () => {
    const wanted = { title: "new", completed: true, order: 2 };
    let item;
    let response;
    before(async () => {
      item = await create({ title: "old", order: 1 });
      response = await send("PUT", item.url, { json: wanted });
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("shows the new fields under the same url", () => {
      assert.deepEqual(response.data, { url: item.url, ...wanted });
    });

    it("is kept", async () => {
      assert.deepEqual((await send("GET", item.url)).data, { url: item.url, ...wanted });
    });
  });

  describe("without a title", () => {
    let item;
    let response;
    before(async () => {
      item = await create({ title: "old", order: 1 });
      response = await send("PUT", item.url, { json: { completed: true } });
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("replaces the whole item: what is not sent takes its default", () => {
      assert.deepEqual(response.data, { url: item.url, title: "", completed: true, order: null });
    });
  });

  describe("of an item that does not exist", () => {
    let response;
    before(async () => {
      response = await send("PUT", "/todos/0", { json: { title: "new" }, headers: { Origin: origin } });
    });

    claimError(404, () => response);
  });
});
