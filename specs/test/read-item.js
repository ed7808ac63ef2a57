import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, send } from "../support/api.js";

describe("Read item", () => {
  let item;
  let response;
  before(async () => {
    item = await create({ title: "read me", completed: true, order: 3 });
    response = await send("GET", item.url);
  });

  it("returns 200", () => {
    assert.equal(response.status, 200);
  });

  it("has url, title, completed and order", () => {
    assert.deepEqual(Object.keys(response.data).sort(), ["completed", "order", "title", "url"]);
  });

  it("shows the item as it was created", () => {
    assert.deepEqual(response.data, item);
  });

  it("has one url: with leading zeros it returns 404", async () => {
    const url = item.url.replace(/(\d+)$/, "000$1");
    assert.equal((await send("GET", url)).status, 404);
  });
});
