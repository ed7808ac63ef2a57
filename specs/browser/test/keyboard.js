import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { becomes, close, completedTitles, given, keptTitles, open, titles, told } from "../support/page.js";

/** What a screen reader says of the element with the focus: its role, or its kind, and its name. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const labelled = document.getElementById(element.getAttribute("aria-labelledby") ?? "")?.textContent;
    const name =
      element.getAttribute("aria-label") ?? labelled ?? element.labels?.[0]?.textContent ?? element.textContent;
    return `${element.getAttribute("role") ?? (element.localName === "a" ? "link" : element.type)}: ${name.trim()}`;
  });
}

describe("Keyboard alone", () => {
  let page;
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  before(async () => {
    await given();
    page = await open();
  });
  after(() => close(page));

  // One walk: each step begins where the one before it ended.
  it("adds items, from where the page puts the focus", async () => {
    for (const title of ["one", "two", "three"]) {
      await page.keyboard.type(title);
      await press("Enter");
    }
    await becomes(() => titles(page), ["one", "two", "three"]);
    await becomes(() => page.locator(".new-todo").inputValue(), "");
  });

  it("comes by every control, in the order of the page", async () => {
    const seen = [];
    for (let step = 0; step < 14; step++) {
      await press("Tab");
      seen.push(await focused(page));
    }
    const row = (title) => [`checkbox: ${title}`, `button: ${title}`, `button: Delete ${title}`];
    assert.deepEqual(seen, [
      "checkbox: Mark all as complete",
      ...["one", "two", "three"].flatMap(row),
      "link: All",
      "link: Active",
      "link: Completed",
      "link: todomvc-app-css",
    ]);
  });

  it("sees where it is", async () => {
    const hidden = [];
    await page.locator(".new-todo").focus();
    for (let step = 0; step < 14; step++) {
      await press("Tab");
      const ring = await page.evaluate(() => {
        const element = document.activeElement;
        const shows = (each) => each && getComputedStyle(each).outlineStyle !== "none";
        return shows(element) || (element.type === "checkbox" && shows(element.nextElementSibling));
      });
      if (!ring) {
        hidden.push(await focused(page));
      }
    }
    assert.deepEqual(hidden, []);
  });

  it("completes an item", async () => {
    await page.locator(".new-todo").focus();
    await press("Tab", "Tab", "Space");
    await becomes(() => completedTitles(page), ["one"]);
  });

  it("edits an item", async () => {
    await press("Tab", "Enter");
    await page.keyboard.type(" and a half");
    await press("Enter");
    await becomes(keptTitles, ["one and a half", "two", "three"]);
    await becomes(() => focused(page), "button: one and a half");
  });

  it("deletes an item", async () => {
    await press("Tab", "Tab", "Tab", "Tab");
    await becomes(() => focused(page), "button: Delete two");
    await press("Enter");
    await becomes(() => titles(page), ["one and a half", "three"]);
    await becomes(() => focused(page), "button: three");
  });

  it("chooses a filter", async () => {
    await press("Tab", "Tab", "Tab", "Enter");
    await becomes(() => titles(page), ["three"]);
    assert.equal(await focused(page), "link: Active");
  });

  it("deletes what is completed", async () => {
    await press("Tab", "Tab");
    assert.equal(await focused(page), "button: Clear completed");
    await press("Enter");
    await becomes(keptTitles, ["three"]);
    await becomes(() => focused(page), "link: Active");
  });

  it("completes all", async () => {
    await page.locator(".new-todo").focus();
    await press("Tab", "Space");
    await becomes(() => titles(page), []);
    assert.equal(await focused(page), "checkbox: Mark all as complete");
  });

  it("goes to another API, and reads what is wrong with its address", async () => {
    await page.locator(".new-todo").focus();
    await press("Shift+Tab", "Shift+Tab");
    assert.equal(await focused(page), "text: Address of the API");
    await press("ControlOrMeta+a");
    await page.keyboard.type("nowhere");
    await press("Enter");
    await becomes(async () => (await told(page)).includes("found “nowhere”"), true);
  });

  it("dismisses what it has read", async () => {
    await press("Tab", "Tab");
    assert.equal(await focused(page), "button: Dismiss");
    await press("Enter");
    await becomes(() => focused(page), "text: What needs to be done?");
  });
});
