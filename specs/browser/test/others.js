import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { create, send } from "../../support/api.js";
import { becomes, close, edit, fresh, hold, kept, open, row, titles } from "../support/page.js";

/** Another tab comes to the front, then the page again. */
async function returnTo(page) {
  const become = (state) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await become("hidden");
  await become("visible");
}

describe("Others' changes", () => {
  let page;
  let items;
  beforeEach(async () => {
    page = await fresh(page, ["one", "two"]);
    items = await kept();
    await becomes(() => titles(page), ["one", "two"]);
  });
  after(() => close(page));

  describe("on return to the page", () => {
    it("appear", async () => {
      await create({ title: "three" });
      await send("DELETE", items[0].url);
      await send("PATCH", items[1].url, { json: { title: "second", completed: true } });
      await returnTo(page);
      await becomes(() => titles(page), ["second", "three"]);
    });

    it("of another browser appear too", async () => {
      const other = await open();
      await row(other, "one").locator(".toggle").check();
      await becomes(async () => (await kept())[0].completed, true);
      await close(other);
      await returnTo(page);
      await becomes(() => row(page, "one").locator(".toggle").isChecked(), true);
    });

    it("leave an open edit field as it is", async () => {
      const field = await edit(page, "two");
      await field.fill("half a sent");
      await send("PATCH", items[1].url, { json: { title: "second" } });
      await create({ title: "three" });
      await returnTo(page);
      await becomes(async () => (await titles(page)).length, 3);
      assert.equal(await field.inputValue(), "half a sent");
      assert.equal(await field.evaluate((element) => element === document.activeElement), true);
      await field.press("Escape"); // closing the browser would leave the field, and save
    });

    it("leave an open edit field of an item that is gone", async () => {
      const field = await edit(page, "two");
      await field.fill("half a sent");
      await send("DELETE", items[1].url);
      await send("DELETE", items[0].url);
      await returnTo(page);
      await becomes(() => page.locator(".todo-list li").count(), 1);
      assert.equal(await field.inputValue(), "half a sent");
      await field.press("Escape"); // closing the browser would leave the field, and save
    });

    it("leave the focus where it is", async () => {
      await row(page, "two").locator(".title").focus();
      await send("DELETE", items[0].url);
      await returnTo(page);
      await becomes(() => titles(page), ["two"]);
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "two");
    });
  });

  describe("to another field of the same item", () => {
    it("are kept, since only what is changed is sent", async () => {
      await send("PATCH", items[0].url, { json: { title: "first" } });
      await row(page, "one").locator(".toggle").check();
      await becomes(() => titles(page), ["first", "two"]);
      assert.deepEqual((await kept())[0], { ...items[0], title: "first", completed: true });
    });
  });
});

describe("Answers that overtake each other", () => {
  let page;
  beforeEach(async () => {
    page = await fresh(page, ["one", "two"]);
    await becomes(() => titles(page), ["one", "two"]);
  });
  after(() => close(page));

  it("do not take a new item off the list: a list that was read before it was added", async () => {
    let read;
    const isRead = new Promise((resolve) => {
      read = resolve;
    });
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    await page.route(
      /\/todos$/,
      async (route) => {
        if (route.request().method() !== "GET") {
          return route.fallback();
        }
        const response = await route.fetch({ url: `${process.env.TODOBACKEND_URL}/todos` });
        read();
        await released;
        return route.fulfill({ response });
      },
      { times: 1 },
    );
    await returnTo(page);
    await isRead;
    await page.locator(".new-todo").fill("three");
    await page.locator(".new-todo").press("Enter");
    await becomes(() => titles(page), ["one", "two", "three"]);
    release();
    await page.waitForTimeout(200);
    assert.deepEqual(await titles(page), ["one", "two", "three"]);
  });

  it("do not show an old state: two changes of one item, of which the first is answered late", async () => {
    let sent = 0;
    let answered = 0;
    page.on("response", (response) => {
      answered += response.request().method() === "PATCH" ? 1 : 0;
    });
    await page.route(/\/todos\/\d+$/, async (route) => {
      if (route.request().method() === "PATCH" && sent++ === 0) {
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return route.fallback();
    });
    await row(page, "two").locator(".toggle").click();
    await row(page, "two").locator(".toggle").click();
    await becomes(async () => answered, 2);
    await becomes(() => row(page, "two").getAttribute("aria-busy"), "false");
    assert.equal(await row(page, "two").locator(".toggle").isChecked(), false);
    assert.equal((await kept())[1].completed, false);
  });

  it("do not bring back a list that was left for another", async () => {
    const release = await hold(page);
    await returnTo(page);
    await page.route("**/other.example", (route) =>
      route.fulfill({ json: [], headers: { "access-control-allow-origin": "*" } }),
    );
    await page.getByLabel("Address of the API").fill(`${new URL(page.url()).origin}/other.example`);
    await page.getByRole("button", { name: "Use" }).click();
    await becomes(() => titles(page), []);
    release();
    await page.waitForTimeout(300);
    assert.deepEqual(await titles(page), []);
  });
});
