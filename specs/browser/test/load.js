import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { api, pageOrigin } from "../support/browser.js";
import { becomes, close, completedTitles, focus, given, open, titles } from "../support/page.js";

describe("Page", () => {
  describe("opened", () => {
    let page;
    before(async () => {
      await given("one", { title: "two", completed: true }, "three");
      page = await open();
    });
    after(() => close(page));

    it("shows the items of an API of another origin", async () => {
      assert.notEqual(new URL(api).origin, pageOrigin);
      assert.deepEqual(await titles(page), ["one", "two", "three"]);
    });

    it("shows which of them are completed", async () => {
      assert.deepEqual(await completedTitles(page), ["two"]);
    });

    it("has the release's address in its form", async () => {
      assert.equal(await page.getByLabel("Address of the API").inputValue(), api);
    });

    it("has the focus in the field for new items", async () => {
      assert.equal(await focus(page), "new-todo");
    });

    it("shows the same after a reload", async () => {
      await page.reload();
      await becomes(() => titles(page), ["one", "two", "three"]);
    });
  });
});
