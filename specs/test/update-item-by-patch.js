import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, send } from "../support/api.js";

describe("Update item by PATCH", () => {
  for (const [field, value] of Object.entries({ title: "new", order: null })) {
    describe(`of ${field} alone`, () => {
      let item;
      let response;
      before(async () => {
        item = await create({ title: "old", completed: false, order: 1 });
        response = await send("PATCH", item.url, { json: { [field]: value } });
      });

      it("returns 200", () => {
        assert.equal(response.status, 200);
      });

      it("shows the new value and leaves the other fields", () => {
        assert.deepEqual(response.data, { ...item, [field]: value });
      });

      it("is kept", async () => {
        assert.deepEqual((await send("GET", item.url)).data, response.data);
      });
    });
  }
});
