import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send, sendRaw } from "../support/api.js";

describe("List items", () => {
  describe("whatever is on the list @smoke", () => {
    let response;
    before(async () => {
      response = await send("GET", "/todos");
    });

    it("is JSON", () => {
      assert.match(response.headers.get("content-type"), /^application\/json\b/);
    });

    it("is a bare array", () => {
      assert.ok(Array.isArray(response.data));
    });
  });

  describe("with nothing on the list", () => {
    it("is an empty array", async () => {
      await emptyList();
      assert.deepEqual((await send("GET", "/todos")).data, []);
    });
  });

  describe("with two items on the list", () => {
    let items;
    before(async () => {
      await emptyList();
      items = [await create({ title: "wake up" }), await create({ title: "sleep", completed: true })];
    });

    it("shows each as it was created", async () => {
      assert.deepEqual((await send("GET", "/todos")).data, items);
    });

    it("is compressed for a client that accepts gzip", async () => {
      const { headers } = await sendRaw("GET", "/todos", { headers: { "Accept-Encoding": "gzip" } });
      assert.equal(headers.get("content-encoding"), "gzip");
    });
  });
});
