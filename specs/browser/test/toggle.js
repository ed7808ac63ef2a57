import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { becomes, close, completedTitles, fresh, kept, row, titles } from "../support/page.js";

/** @returns {Promise<boolean[]>} which items the API has as completed. */
const states = async () => (await kept()).map(({ completed }) => completed);

describe("Complete", () => {
  let page;
  let sent;
  const begin = async (...items) => {
    page = await fresh(page, items);
    sent = [];
    page.on("request", (request) => request.method() === "PATCH" && sent.push(request.postDataJSON()));
  };
  after(() => close(page));

  describe("one item", () => {
    beforeEach(async () => {
      await begin("one", "two");
      await becomes(() => titles(page), ["one", "two"]);
    });

    it("is shown and kept", async () => {
      await row(page, "two").locator(".toggle").check();
      await becomes(() => completedTitles(page), ["two"]);
      await becomes(states, [false, true]);
    });

    it("is struck through", async () => {
      await row(page, "two").locator(".toggle").check();
      const line = (title) =>
        row(page, title)
          .locator(".title")
          .evaluate((element) => getComputedStyle(element).textDecorationLine);
      await becomes(() => line("two"), "line-through");
      assert.equal(await line("one"), "none");
    });

    it("sends completed and nothing else", async () => {
      await row(page, "two").locator(".toggle").check();
      await becomes(async () => sent, [{ completed: true }]);
    });

    it("can be taken back", async () => {
      await row(page, "two").locator(".toggle").check();
      await row(page, "two").locator(".toggle").uncheck();
      await becomes(() => completedTitles(page), []);
      await becomes(states, [false, false]);
    });

    it("ends as it was clicked last, however fast", async () => {
      for (let click = 0; click < 5; click++) {
        await row(page, "two").locator(".toggle").click();
      }
      await becomes(async () => sent.length, 5);
      await becomes(states, [false, true]);
      await becomes(() => completedTitles(page), ["two"]);
    });
  });

  describe("all items at once", () => {
    const all = () => page.locator(".toggle-all");
    beforeEach(async () => {
      await begin("one", { title: "two", completed: true }, "three");
      await becomes(() => titles(page), ["one", "two", "three"]);
    });

    it("is shown and kept", async () => {
      await page.getByText("Mark all as complete").click();
      await becomes(() => completedTitles(page), ["one", "two", "three"]);
      await becomes(states, [true, true, true]);
    });

    it("sends nothing for what is completed already", async () => {
      await page.getByText("Mark all as complete").click();
      await becomes(states, [true, true, true]);
      assert.deepEqual(sent, [{ completed: true }, { completed: true }]);
    });

    it("can be taken back", async () => {
      await page.getByText("Mark all as complete").click();
      await becomes(states, [true, true, true]);
      await page.getByText("Mark all as complete").click();
      await becomes(states, [false, false, false]);
    });

    it("is not checked while one item is left", async () => {
      assert.equal(await all().isChecked(), false);
    });

    it("becomes checked with the last item", async () => {
      await row(page, "one").locator(".toggle").check();
      await row(page, "three").locator(".toggle").check();
      await becomes(() => all().isChecked(), true);
    });

    it("becomes unchecked with the first item taken back", async () => {
      await page.getByText("Mark all as complete").click();
      await becomes(() => all().isChecked(), true);
      await row(page, "one").locator(".toggle").uncheck();
      await becomes(() => all().isChecked(), false);
    });
  });
});
