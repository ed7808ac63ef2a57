import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { becomes, close, given, open, titles } from "../support/page.js";

describe("Count", () => {
  let page;
  before(async () => {
    page = await open();
  });
  after(() => close(page));

  const done = (title) => ({ title, completed: true });
  const examples = {
    "0 items left": [done("one")],
    "1 item left": ["one", done("two")],
    "2 items left": ["one", "two", done("three")],
  };
  for (const [words, items] of Object.entries(examples)) {
    it(`says ${words} of ${items.length}`, async () => {
      await given(...items);
      await page.reload();
      await becomes(async () => (await titles(page)).length, items.length);
      assert.equal(await page.locator(".todo-count").textContent(), words);
      assert.equal(await page.locator(".todo-count strong").textContent(), words[0]);
    });
  }

  it("follows what a person does", async () => {
    await given("one", "two");
    await page.reload();
    await becomes(() => page.locator(".todo-count").textContent(), "2 items left");
    await page.locator(".toggle").first().check();
    await becomes(() => page.locator(".todo-count").textContent(), "1 item left");
  });

  it("is said to who does not see the page", async () => {
    await given("one", "two");
    await page.reload();
    await becomes(() => page.locator(".todo-count").textContent(), "2 items left");
    await page.locator(".toggle").first().check();
    await becomes(() => page.getByRole("status").textContent(), "“one” is completed. 1 item left.");
  });

  describe("of no items", () => {
    before(async () => {
      await given();
      await page.reload();
      await becomes(() => titles(page), []);
    });

    it("is hidden, and the list with it", async () => {
      assert.equal(await page.locator(".footer").isVisible(), false);
      assert.equal(await page.locator(".main").isVisible(), false);
    });
  });
});
