import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, origin, send } from "../support/api.js";
import { claimError } from "../support/claims.js";

describe("Update item by PATCH", () => {
  const changes = {
    title: "new",
    completed: true,
    order: 2,
  };
  for (const [field, value] of Object.entries(changes)) {
    describe(`of ${field} alone`, () => {
      let item;
      let response;
      before(async () => {
        item = await create({ title: "old", completed: false, order: 1 });
        response = await send("PATCH", item.url, { json: { [field]: value } });
      });

      it("answers 200", () => {
        assert.equal(response.status, 200);
      });

      it("shows the new value and leaves the other fields", () => {
        assert.deepEqual(response.data, { ...item, [field]: value });
      });

      it("is kept", async () => {
        assert.deepEqual((await send("GET", item.url)).data, { ...item, [field]: value });
      });
    });
  }

  describe("of order to none", () => {
    it("shows no order", async () => {
      const item = await create({ order: 1 });
      assert.equal((await send("PATCH", item.url, { json: { order: null } })).data.order, null);
    });
  });

  describe("by two clients at once, each another field", () => {
    it("keeps both changes", async () => {
      const item = await create({ title: "old" });
      await Promise.all([
        send("PATCH", item.url, { json: { title: "new" } }),
        send("PATCH", item.url, { json: { completed: true } }),
      ]);
      assert.deepEqual((await send("GET", item.url)).data, { ...item, title: "new", completed: true });
    });
  });

  describe("of an item that does not exist", () => {
    let response;
    before(async () => {
      response = await send("PATCH", "/todos/0", {
        json: { completed: true },
        headers: { Origin: origin },
      });
    });

    claimError(404, () => response);
  });
});
