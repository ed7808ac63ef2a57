import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, send } from "../support/api.js";

describe("Delete all", () => {
  let item;
  let response;
  before(async () => {
    item = await create();
    await create();
    response = await send("DELETE", "/todos");
  });

  it("returns 204", () => {
    assert.equal(response.status, 204);
  });

  it("leaves an empty list", async () => {
    assert.deepEqual((await send("GET", "/todos")).data, []);
  });

  it("leaves no item to be read", async () => {
    assert.equal((await send("GET", item.url)).status, 404);
  });

  it("returns 204 for an empty list", async () => {
    assert.equal((await send("DELETE", "/todos")).status, 204);
  });
});
