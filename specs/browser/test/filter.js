import { api as address } from "../support/addresses.js";
import { done, expect, test } from "../support/test.js";

test.beforeEach(async ({ api, todos }) => {
  api.has("one", done("two"), "three");
  await todos.open();
});

for (const [name, hash, ...titles] of [
  ["All", "#/", "one", "two", "three"],
  ["Active", "#/active", "one", "three"],
  ["Completed", "#/completed", "two"],
]) {
  test(`${name} shows ${titles.join(", ")}, by its link and by its address`, async ({ page, todos }) => {
    await todos.filter(name).click();
    await expect(todos.titles).toHaveText(titles);
    await expect(page.locator(".filters [aria-current=true].selected")).toHaveText([name]);
    await expect(todos.status).toHaveText(`${name} items.`);
    await expect(todos.count).toHaveText("2 items left");
    expect(new URL(page.url()).hash).toBe(hash);
    expect(new URL(page.url()).searchParams.get("api")).toBe(address);
    await page.reload();
    await expect(todos.titles).toHaveText(titles);
  });
}

test("follows the browser's back and forward", async ({ page, todos }) => {
  await todos.filter("Active").click();
  await todos.filter("Completed").click();
  await expect(todos.titles).toHaveText(["two"]);
  await page.goBack();
  await expect(todos.titles).toHaveText(["one", "three"]);
  await page.goBack();
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  await page.goForward();
  await expect(todos.titles).toHaveText(["one", "three"]);
});

test("shows everything for an unknown address", async ({ page, todos }) => {
  await page.goto("/#/nowhere");
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  await expect(page.locator(".filters .selected")).toHaveText(["All"]);
});

test("takes an item away that no longer belongs, and focuses the next one", async ({ todos }) => {
  await todos.filter("Active").click();
  await todos.checkbox("one").press("Space");
  await expect(todos.titles).toHaveText(["three"]);
  await expect(todos.checkbox("three")).toBeFocused();
});

test("shows a new item only where it belongs", async ({ todos }) => {
  await todos.filter("Completed").click();
  await todos.add("four");
  await expect(todos.count).toHaveText("3 items left");
  await expect(todos.titles).toHaveText(["two"]);
});
