import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, send } from "../support/api.js";

describe("Update item by PUT", () => {
  const wanted = { title: "new", completed: true, order: 2 };
  let item;
  let response;
  before(async () => {
    item = await create({ title: "old", order: 1 });
    response = await send("PUT", item.url, { json: wanted });
  });

  it("returns 200", () => {
    assert.equal(response.status, 200);
  });

  it("shows the new fields under the same url", () => {
    assert.deepEqual(response.data, { ...item, ...wanted });
  });

  it("is kept", async () => {
    assert.deepEqual((await send("GET", item.url)).data, response.data);
  });

  it("gives fields that are not sent their defaults", async () => {
    const { title, completed, order } = (await send("PUT", item.url, { json: {} })).data;
    assert.deepEqual([title, completed, order], ["", false, null]);
  });
});
