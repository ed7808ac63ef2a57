import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { add, becomes, close, focus, fresh, hold, kept, keptTitles, titles } from "../support/page.js";

describe("Add item", () => {
  let page;
  let posted;
  beforeEach(async () => {
    page = await fresh(page, []);
    posted = [];
    page.on("request", (request) => request.method() === "POST" && posted.push(request.postDataJSON()));
    await becomes(() => titles(page), []);
  });
  after(() => close(page));

  it("puts it at the end of the list", async () => {
    await add(page, "one");
    await becomes(() => titles(page), ["one"]);
    await add(page, "two");
    await becomes(() => titles(page), ["one", "two"]);
  });

  it("keeps it in the API", async () => {
    await add(page, "walk the dog");
    await becomes(keptTitles, ["walk the dog"]);
  });

  it("sends the title and nothing else", async () => {
    await add(page, "walk the dog");
    await becomes(async () => posted, [{ title: "walk the dog" }]);
  });

  it("is not completed", async () => {
    await add(page, "walk the dog");
    await becomes(async () => (await kept()).map(({ completed }) => completed), [false]);
  });

  it("takes the spaces off both ends", async () => {
    await add(page, "  walk  the dog \t");
    await becomes(keptTitles, ["walk  the dog"]);
  });

  it("empties the field and leaves the focus in it", async () => {
    await add(page, "walk the dog");
    await becomes(() => page.locator(".new-todo").inputValue(), "");
    assert.equal(await focus(page), "new-todo");
  });

  it("refuses an empty title", async () => {
    await add(page, "");
    await add(page, "   ");
    await add(page, "after them");
    await becomes(keptTitles, ["after them"]);
  });

  it("adds one item when Enter is pressed twice before the answer", async () => {
    const release = await hold(page);
    await page.locator(".new-todo").fill("once");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    release();
    await becomes(() => titles(page), ["once"]);
    assert.equal(posted.length, 1);
    await page.unrouteAll({ behavior: "wait" });
  });

  it("adds all of what a fast person types, before any answer has come", async () => {
    const release = await hold(page);
    await page.locator(".new-todo").focus();
    for (const title of ["one", "two", "two", "three"]) {
      await page.keyboard.type(title);
      await page.keyboard.press("Enter");
    }
    release();
    await becomes(keptTitles, ["one", "two", "two", "three"]);
    await becomes(() => page.locator(".new-todo").inputValue(), "");
    await page.unrouteAll({ behavior: "wait" });
  });

  const odd = {
    "characters of four bytes": "🦄".repeat(256),
    "letters that are read from right to left": "قائمة المهام",
    markup: "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"><b>bold</b>",
    "quotation marks and backslashes": `"'\\" onclick='x' {{1+1}} \${1+1} %s`,
    "one word of 256 letters": "w".repeat(256),
  };
  for (const [name, title] of Object.entries(odd)) {
    it(`shows ${name} as they are`, async () => {
      await add(page, title);
      await becomes(() => titles(page), [title]);
      assert.equal(await page.title(), "todos");
    });
  }
});
