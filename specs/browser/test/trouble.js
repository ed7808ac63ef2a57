import assert from "node:assert/strict";
import { after, afterEach, beforeEach, describe, it } from "mocha";
import { emptyList, send } from "../../support/api.js";
import {
  add,
  answerInstead,
  becomes,
  close,
  completedTitles,
  edit,
  fresh,
  hold,
  kept,
  keptTitles,
  row,
  tells,
  titles,
  told,
} from "../support/page.js";

const UNAVAILABLE = {
  status: 503,
  headers: { "retry-after": "5" },
  json: { detail: "The database does not answer. Try again in a few seconds." },
};
const LIST = ["one", { title: "two", completed: true }, "three"];
const TOO_LONG = "x".repeat(257);

describe("Trouble", () => {
  let page;
  let items;
  beforeEach(async () => {
    // The browser's own note of an answer that is an error, or of none.
    page = await fresh(page, LIST, { trouble: /^console: Failed to load resource/ });
    items = await kept();
    await becomes(() => titles(page), ["one", "two", "three"]);
  });
  after(() => close(page));

  const newTodo = () => page.locator(".new-todo");
  const again = () => page.getByRole("button", { name: "Try again" });

  describe("adding while the API is away", () => {
    beforeEach(async () => {
      await answerInstead(page, "POST", "abort");
      await add(page, "do not lose me");
    });

    it("is told in words", async () => {
      await tells(
        page,
        /“do not lose me” is not added: expected an answer from .*\/todos, found none\. Is it running\?/,
      );
    });

    it("leaves the text in the field", async () => {
      await tells(page, /not added/);
      assert.equal(await newTodo().inputValue(), "do not lose me");
    });

    it("can be tried again by a button", async () => {
      await tells(page, /not added/);
      await page.unrouteAll();
      await again().click();
      await becomes(() => titles(page), ["one", "two", "three", "do not lose me"]);
      assert.equal(await told(page), "");
      assert.equal(await newTodo().inputValue(), "");
    });

    it("loses nothing of what is typed meanwhile, nor of what was typed before", async () => {
      await tells(page, /not added/);
      await page.unrouteAll();
      await answerInstead(page, "POST", "abort");
      const release = await hold(page);
      await newTodo().fill("the first");
      await newTodo().press("Enter");
      await page.keyboard.type("the second");
      release();
      await tells(page, /“the first” is not added/);
      assert.equal(await newTodo().inputValue(), "the second");
    });
  });

  describe("adding while the API does not answer in time", () => {
    beforeEach(async () => {
      // Ten seconds of patience, in a fiftieth of the time.
      await page.evaluate(() => {
        const timeout = AbortSignal.timeout.bind(AbortSignal);
        AbortSignal.timeout = (milliseconds) => timeout(milliseconds / 50);
      });
      await page.route(/\/todos$/, async (route) => {
        if (route.request().method() !== "POST") {
          return route.fallback();
        }
        await send("POST", "/todos", { json: route.request().postDataJSON() });
      });
      await add(page, "arrived all the same");
    });
    // The next one has its patience back.
    afterEach(() => close(page));

    it("is told, and the text stays", async () => {
      await tells(page, /is not added: expected an answer from .* found none within 10 seconds\./);
      assert.equal(await newTodo().inputValue(), "arrived all the same");
    });

    it("shows what the API has, so that nobody adds it again", async () => {
      await becomes(() => titles(page), ["one", "two", "three", "arrived all the same"]);
    });
  });

  describe("adding what the API refuses", () => {
    beforeEach(() => add(page, TOO_LONG));

    it("is told in the API's words", async () => {
      await tells(page, /is not added: the API answered 400: title: .*256 characters\./);
    });

    it("leaves the text in the field", async () => {
      await tells(page, /400/);
      assert.equal(await newTodo().inputValue(), TOO_LONG);
    });

    it("is no longer told once it is mended", async () => {
      await tells(page, /400/);
      await add(page, "shorter");
      await becomes(() => told(page), "");
    });
  });

  describe("adding while the API is unavailable", () => {
    beforeEach(async () => {
      await answerInstead(page, "POST", UNAVAILABLE);
      await add(page, "later");
    });

    it("is told in the API's words, with the time to wait", async () => {
      await tells(page, /answered 503: The database does not answer\. Try again in 5 seconds\.$/);
    });

    it("leaves the text in the field", async () => {
      await tells(page, /503/);
      assert.equal(await newTodo().inputValue(), "later");
    });
  });

  describe("loading while the API is unavailable", () => {
    beforeEach(async () => {
      await answerInstead(page, "GET", UNAVAILABLE);
      await page.reload();
    });

    it("is told", async () => {
      await tells(page, /The list is not loaded: the API answered 503/);
    });

    it("can be tried again by a button", async () => {
      await tells(page, /503/);
      await page.unrouteAll();
      await again().click();
      await becomes(() => titles(page), ["one", "two", "three"]);
      assert.equal(await told(page), "");
    });

    it("lets a person add an item, and then shows the others too", async () => {
      await tells(page, /503/);
      await page.unrouteAll();
      await add(page, "four");
      await becomes(() => titles(page), ["one", "two", "three", "four"]);
    });
  });

  describe("saving a title that the API refuses", () => {
    let field;
    beforeEach(async () => {
      field = await edit(page, "three");
      await field.fill(TOO_LONG);
      await field.press("Enter");
      await tells(page, /is not saved: the API answered 400/);
    });

    it("leaves the field open with its text", async () => {
      assert.equal(await field.inputValue(), TOO_LONG);
      assert.equal(await field.isEditable(), true);
    });

    it("is saved once it is mended", async () => {
      await field.fill("shorter");
      await field.press("Enter");
      await becomes(keptTitles, ["one", "two", "shorter"]);
      await becomes(() => told(page), "");
    });

    it("can be left by Escape", async () => {
      await field.press("Escape");
      await becomes(() => titles(page), ["one", "two", "three"]);
    });
  });

  describe("saving a title by leaving the field while the API is away", () => {
    it("leaves the field open with its text", async () => {
      await answerInstead(page, "PATCH", "abort");
      const field = await edit(page, "three");
      await field.fill("do not lose me");
      await newTodo().click();
      await tells(page, /is not saved/);
      assert.equal(await field.inputValue(), "do not lose me");
    });
  });

  describe("completing while the API is away", () => {
    beforeEach(async () => {
      await answerInstead(page, "PATCH", "abort");
      await row(page, "one").locator(".toggle").click();
    });

    it("is told, with the item's title", async () => {
      await tells(page, /“one” is not completed: expected an answer/);
    });

    it("shows the item as it was", async () => {
      await tells(page, /not completed/);
      assert.deepEqual(await completedTitles(page), ["two"]);
      assert.equal(await row(page, "one").locator(".toggle").isChecked(), false);
    });
  });

  describe("deleting while the API is unavailable", () => {
    it("is told, and the item stays", async () => {
      await answerInstead(page, "DELETE", UNAVAILABLE);
      await row(page, "one").locator(".destroy").click();
      await tells(page, /“one” is not deleted: the API answered 503/);
      assert.deepEqual(await titles(page), ["one", "two", "three"]);
    });
  });

  describe("completing all, where the API refuses one", () => {
    beforeEach(async () => {
      await page.route(items[2].url.replace(/^http:\/\/[^/]+/, "**"), (route) =>
        route.request().method() === "PATCH"
          ? route.fulfill({
              status: 400,
              json: { detail: "Not this one." },
              headers: { "access-control-allow-origin": "*" },
            })
          : route.fallback(),
      );
      await page.getByText("Mark all as complete").click();
    });

    it("is told, with how many", async () => {
      await tells(page, /^1 item is not completed: the API answered 400: Not this one\.$/);
    });

    it("shows what the API has", async () => {
      await tells(page, /1 item/);
      assert.deepEqual(await completedTitles(page), ["one", "two"]);
      assert.equal(await page.locator(".toggle-all").isChecked(), false);
    });
  });

  describe("deleting what is completed while the API is away", () => {
    it("is told, and the items stay", async () => {
      await answerInstead(page, "DELETE", "abort");
      await page.getByRole("button", { name: "Clear completed" }).click();
      await tells(page, /^1 item is not deleted: expected an answer/);
      assert.deepEqual(await titles(page), ["one", "two", "three"]);
    });
  });

  describe("an item that somebody else deleted meanwhile", () => {
    beforeEach(() => send("DELETE", items[0].url));

    it("is told when it is completed, and taken off the list", async () => {
      await row(page, "one").locator(".toggle").click();
      await tells(page, /Expected “one” on the list, found that it is no longer there: somebody else deleted it\./);
      assert.deepEqual(await titles(page), ["two", "three"]);
    });

    it("is told when it is deleted, and taken off the list", async () => {
      await row(page, "one").locator(".destroy").click();
      await tells(page, /Expected “one” on the list/);
      assert.deepEqual(await titles(page), ["two", "three"]);
    });

    it("is told when its new title is saved, which goes to the field for new items", async () => {
      const field = await edit(page, "one");
      await field.fill("do not lose me");
      await field.press("Enter");
      await tells(page, /What you typed is in the field for new ones\./);
      assert.equal(await newTodo().inputValue(), "do not lose me");
      assert.deepEqual(await titles(page), ["two", "three"]);
    });

    it("is no failure when it was to be cleared away", async () => {
      await send("DELETE", items[1].url);
      await page.getByRole("button", { name: "Clear completed" }).click();
      await becomes(() => titles(page), ["one", "three"]);
      assert.equal(await told(page), "");
    });
  });

  describe("what was told", () => {
    it("can be dismissed", async () => {
      await add(page, TOO_LONG);
      await tells(page, /400/);
      await page.getByRole("button", { name: "Dismiss" }).click();
      await becomes(() => told(page), "");
      await emptyList();
      assert.deepEqual(await kept(), []);
    });
  });
});
