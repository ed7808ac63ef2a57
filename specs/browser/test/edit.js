import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { becomes, close, edit, focus, fresh, keptTitles, row, titles } from "../support/page.js";

describe("Edit item", () => {
  let page;
  let field;
  let sent;
  const begin = async (...items) => {
    page = await fresh(page, items);
    sent = [];
    page.on("request", (request) => {
      if (["PATCH", "PUT", "POST", "DELETE"].includes(request.method())) {
        sent.push([request.method(), request.postDataJSON()]);
      }
    });
  };
  beforeEach(async () => {
    await begin("one", "two");
    await becomes(() => titles(page), ["one", "two"]);
  });
  after(() => close(page));

  describe("by double click", () => {
    beforeEach(async () => {
      field = await edit(page, "two");
    });

    it("opens a field with the title and the focus", async () => {
      assert.equal(await field.inputValue(), "two");
      assert.equal(await focus(page), "edit");
    });

    it("opens no other item", async () => {
      assert.equal(await page.locator(".editing").count(), 1);
    });

    it("hides the other controls of the item", async () => {
      assert.equal(await page.locator(".editing .view").isVisible(), false);
    });

    it("saves by Enter", async () => {
      await field.fill("second");
      await field.press("Enter");
      await becomes(() => titles(page), ["one", "second"]);
      await becomes(() => page.locator(".editing").count(), 0);
      assert.deepEqual(await keptTitles(), ["one", "second"]);
    });

    it("saves by leaving the field", async () => {
      await field.fill("second");
      await page.locator(".new-todo").click();
      await becomes(keptTitles, ["one", "second"]);
      await becomes(() => page.locator(".editing").count(), 0);
    });

    it("takes the spaces off both ends", async () => {
      await field.fill("  second ");
      await field.press("Enter");
      await becomes(keptTitles, ["one", "second"]);
    });

    it("sends the title and nothing else", async () => {
      await field.fill("second");
      await field.press("Enter");
      await becomes(async () => sent, [["PATCH", { title: "second" }]]);
    });

    it("leaves the title by Escape", async () => {
      await field.fill("second");
      await field.press("Escape");
      await becomes(() => page.locator(".editing").count(), 0);
      assert.deepEqual(await titles(page), ["one", "two"]);
    });

    it("sends nothing after Escape", async () => {
      await field.fill("second");
      await field.press("Escape");
      await page.locator(".new-todo").click();
      await page.waitForTimeout(200);
      assert.deepEqual(sent, []);
    });

    it("sends nothing when nothing was changed", async () => {
      await field.press("Enter");
      await becomes(() => page.locator(".editing").count(), 0);
      await page.waitForTimeout(200);
      assert.deepEqual(sent, []);
    });

    it("deletes the item by an empty title", async () => {
      await field.fill("  ");
      await field.press("Enter");
      await becomes(() => titles(page), ["one"]);
      assert.deepEqual(await keptTitles(), ["one"]);
    });
  });

  describe("by keyboard", () => {
    for (const key of ["Enter", "F2"]) {
      it(`opens the field by ${key} on the title`, async () => {
        await row(page, "two").locator(".title").press(key);
        await becomes(() => focus(page), "edit");
      });
    }

    it("gives the focus back to the title by Enter", async () => {
      await row(page, "two").locator(".title").press("Enter");
      await page.keyboard.type("!");
      await page.keyboard.press("Enter");
      await becomes(() => titles(page), ["one", "two!"]);
      await becomes(() => page.evaluate(() => document.activeElement.textContent), "two!");
    });

    it("gives the focus back to the title by Escape", async () => {
      await row(page, "two").locator(".title").press("Enter");
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "two");
    });
  });

  describe("of a title with a line break, which a field does not hold", () => {
    it("sends nothing when nothing was changed", async () => {
      await begin("first line\nsecond line");
      await becomes(() => titles(page), ["first line\nsecond line"]);
      await page.locator(".title").press("Enter");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(200);
      assert.deepEqual(sent, []);
    });
  });
});
