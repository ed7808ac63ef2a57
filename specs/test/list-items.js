import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send } from "../support/api.js";

describe("List items", () => {
  describe("whatever is on the list @smoke", () => {
    let response;
    before(async () => {
      response = await send("GET", "/todos");
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is JSON", () => {
      assert.match(response.headers.get("content-type"), /^application\/json\b/);
    });

    it("is a bare array", () => {
      assert.ok(Array.isArray(response.data), `expected an array, found: ${response.text.slice(0, 200)}`);
    });
  });

  describe("with nothing on the list", () => {
    it("is an empty array", async () => {
      await emptyList();
      assert.deepEqual((await send("GET", "/todos")).data, []);
    });
  });

  describe("with two items on the list", () => {
    it("shows each as it was created", async () => {
      await emptyList();
      const items = [await create({ title: "wake up" }), await create({ title: "sleep", completed: true })];
      assert.deepEqual((await send("GET", "/todos")).data, items);
    });
  });
});
