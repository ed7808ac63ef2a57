import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { becomes, close, focus, fresh, keptTitles, row, titles } from "../support/page.js";

describe("Delete", () => {
  let page;
  beforeEach(async () => {
    page = await fresh(page, ["one", { title: "two", completed: true }, { title: "three", completed: true }, "four"]);
    await becomes(() => titles(page), ["one", "two", "three", "four"]);
  });
  after(() => close(page));

  const destroy = (title) => row(page, title).locator(".destroy");

  describe("one item", () => {
    it("is shown and kept", async () => {
      await destroy("two").click();
      await becomes(() => titles(page), ["one", "three", "four"]);
      assert.deepEqual(await keptTitles(), ["one", "three", "four"]);
    });

    it("is no trouble when it is clicked twice", async () => {
      await destroy("two").dblclick();
      await becomes(() => titles(page), ["one", "three", "four"]);
      assert.equal(await page.locator("[role=alert] .problem").count(), 0);
    });

    it("gives the focus to the item that takes its place", async () => {
      await destroy("two").press("Enter");
      await becomes(() => page.evaluate(() => document.activeElement.textContent), "three");
    });

    it("gives the focus to the item before it where it was the last", async () => {
      await destroy("four").press("Enter");
      await becomes(() => page.evaluate(() => document.activeElement.textContent), "three");
    });

    it("has a button that shows when it has the focus", async () => {
      assert.equal(await destroy("two").evaluate((button) => getComputedStyle(button).opacity), "0");
      await destroy("two").focus();
      assert.equal(await destroy("two").evaluate((button) => getComputedStyle(button).opacity), "1");
    });
  });

  describe("the only item", () => {
    beforeEach(async () => {
      page = await fresh(page, ["alone"]);
      await becomes(() => titles(page), ["alone"]);
      await destroy("alone").press("Enter");
    });

    it("hides what stands around the list", async () => {
      await becomes(() => page.locator(".main").isVisible(), false);
      assert.equal(await page.locator(".footer").isVisible(), false);
    });

    it("gives the focus to the field for new items", async () => {
      await becomes(() => focus(page), "new-todo");
    });
  });

  describe("what is completed", () => {
    const clear = () => page.getByRole("button", { name: "Clear completed" });

    it("leaves the other items", async () => {
      await clear().click();
      await becomes(() => titles(page), ["one", "four"]);
      assert.deepEqual(await keptTitles(), ["one", "four"]);
    });

    it("hides the button, since none is left", async () => {
      await clear().click();
      await becomes(() => clear().isVisible(), false);
    });

    it("gives the focus to the filter", async () => {
      await clear().press("Enter");
      await becomes(() => focus(page), "selected");
    });

    it("has no button where none is completed", async () => {
      page = await fresh(page, ["one"]);
      await becomes(() => titles(page), ["one"]);
      assert.equal(await clear().isVisible(), false);
    });
  });
});
