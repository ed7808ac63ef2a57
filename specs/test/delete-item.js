import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send } from "../support/api.js";

describe("Delete item", () => {
  let gone;
  let kept;
  let response;
  before(async () => {
    await emptyList();
    gone = await create({ title: "gone" });
    kept = await create({ title: "kept" });
    response = await send("DELETE", gone.url);
  });

  it("returns 204", () => {
    assert.equal(response.status, 204);
  });

  it("has no body", () => {
    assert.equal(response.text, "");
  });

  it("cannot be read afterwards", async () => {
    assert.equal((await send("GET", gone.url)).status, 404);
  });

  it("leaves the other items on the list", async () => {
    assert.deepEqual((await send("GET", "/todos")).data, [kept]);
  });
});
