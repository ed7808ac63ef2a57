import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { api, pageOrigin } from "../support/browser.js";
import { add, becomes, close, fresh, row, titles } from "../support/page.js";

const expected = {
  All: { hash: "#/", items: ["one", "two", "three"] },
  Active: { hash: "#/active", items: ["one", "three"] },
  Completed: { hash: "#/completed", items: ["two"] },
};

describe("Filter", () => {
  let page;
  const begin = async () => {
    page = await fresh(page, ["one", { title: "two", completed: true }, "three"]);
    await becomes(() => titles(page), ["one", "two", "three"]);
  };
  after(() => close(page));

  const choose = (name) => page.getByRole("link", { name, exact: true }).click();

  for (const [name, { hash, items }] of Object.entries(expected)) {
    describe(name, () => {
      // Once: the claims only look.
      before(async () => {
        await begin();
        await choose(name);
      });

      it(`shows ${items.join(", ")}`, async () => {
        await becomes(() => titles(page), items);
      });

      it(`has the route ${hash}`, async () => {
        await becomes(async () => new URL(page.url()).hash, hash);
      });

      it("leaves the API's address in the page's", async () => {
        await becomes(async () => new URL(page.url()).searchParams.get("api"), api);
      });

      it("is the one that is marked, to the eye and to a screen reader", async () => {
        await becomes(() => page.locator(".filters .selected").allTextContents(), [name]);
        assert.deepEqual(await page.locator(".filters [aria-current=true]").allTextContents(), [name]);
      });

      it("is there when its link is opened", async () => {
        await page.goto("about:blank");
        await page.goto(`${pageOrigin}/${hash}`);
        await becomes(() => titles(page), items);
      });
    });
  }

  it("counts all items, not only those it shows", async () => {
    await begin();
    await choose("Completed");
    await becomes(() => titles(page), ["two"]);
    assert.equal(await page.locator(".todo-count").textContent(), "2 items left");
  });

  it("goes back with the browser's button", async () => {
    await begin();
    await choose("Active");
    await choose("Completed");
    await becomes(() => titles(page), ["two"]);
    await page.goBack();
    await becomes(() => titles(page), ["one", "three"]);
    await page.goBack();
    await becomes(() => titles(page), ["one", "two", "three"]);
    await page.goForward();
    await becomes(() => titles(page), ["one", "three"]);
  });

  it("stays through a reload", async () => {
    await begin();
    await choose("Active");
    await page.reload();
    await becomes(() => titles(page), ["one", "three"]);
  });

  it("takes an item away that no longer belongs", async () => {
    await begin();
    await choose("Active");
    await row(page, "one").locator(".toggle").click();
    await becomes(() => titles(page), ["three"]);
  });

  it("gives the focus to the item that takes its place", async () => {
    await begin();
    await choose("Active");
    await row(page, "one").locator(".toggle").press("Space");
    await becomes(() => page.evaluate(() => document.activeElement.closest("li").textContent.trim()), "three");
  });

  it("shows a new item where it belongs only", async () => {
    await begin();
    await choose("Completed");
    await add(page, "four");
    await becomes(() => page.locator(".todo-count").textContent(), "3 items left");
    assert.deepEqual(await titles(page), ["two"]);
  });

  it("shows everything for a route that is none", async () => {
    await begin();
    await page.goto(`${pageOrigin}/#/nowhere`);
    await becomes(() => titles(page), ["one", "two", "three"]);
    await becomes(() => page.locator(".filters .selected").allTextContents(), ["All"]);
  });
});
