import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { becomes, close, fresh, titles } from "../support/page.js";

describe("Count", () => {
  let page;
  after(() => close(page));

  const done = (title) => ({ title, completed: true });
  const examples = {
    "0 items left": [done("one")],
    "1 item left": ["one", done("two")],
    "2 items left": ["one", "two", done("three")],
  };
  for (const [words, items] of Object.entries(examples)) {
    it(`says ${words} of ${items.length}`, async () => {
      page = await fresh(page, items);
      await becomes(async () => (await titles(page)).length, items.length);
      assert.equal(await page.locator(".todo-count").textContent(), words);
      assert.equal(await page.locator(".todo-count strong").textContent(), words[0]);
    });
  }

  it("follows what a person does", async () => {
    page = await fresh(page, ["one", "two"]);
    await becomes(() => page.locator(".todo-count").textContent(), "2 items left");
    await page.locator(".toggle").first().check();
    await becomes(() => page.locator(".todo-count").textContent(), "1 item left");
  });

  it("is said to who does not see the page", async () => {
    page = await fresh(page, ["one", "two"]);
    await becomes(() => page.locator(".todo-count").textContent(), "2 items left");
    await page.locator(".toggle").first().check();
    await becomes(() => page.getByRole("status").textContent(), "“one” is completed. 1 item left.");
  });

  describe("of no items", () => {
    before(async () => {
      page = await fresh(page, []);
      await becomes(() => titles(page), []);
    });

    it("is hidden, and the list with it", async () => {
      assert.equal(await page.locator(".footer").isVisible(), false);
      assert.equal(await page.locator(".main").isVisible(), false);
    });
  });
});
