import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send } from "../support/api.js";

describe("Order", () => {
  let titles;
  before(async () => {
    await emptyList();
    // As text, 10 comes before 2.
    const orders = { ten: 10, two: 2, "minus one": -1, "two again": 2, zero: 0, "two once more": 2, none: null };
    for (const [title, order] of Object.entries(orders)) {
      await create({ title, order });
    }
    titles = (await send("GET", "/todos")).data.map(({ title }) => title);
  });

  it("lists by order, as numbers", () => {
    const ordered = titles.filter((title) => !/again|more|none/.test(title));
    assert.deepEqual(ordered, ["minus one", "zero", "two", "ten"]);
  });

  it("lists items of the same order by age", () => {
    const twos = titles.filter((title) => title.startsWith("two"));
    assert.deepEqual(twos, ["two", "two again", "two once more"]);
  });

  it("lists items without order first", () => {
    assert.equal(titles[0], "none");
  });

  it("moves an item when its order changes", async () => {
    const [, { url }] = (await send("GET", "/todos")).data;
    await send("PATCH", url, { json: { order: 11 } });
    assert.equal((await send("GET", "/todos")).data.at(-1).url, url);
  });
});
