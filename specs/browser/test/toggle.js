import { done, expect, test } from "../support/test.js";

test.describe("one item", () => {
  test.beforeEach(async ({ api, todos }) => {
    api.has("one", "two");
    await todos.open();
  });

  test("is completed, struck through, counted and announced; and active again", async ({ api, todos }) => {
    await todos.checkbox("two").click();
    await expect(todos.checkbox("two")).toBeChecked();
    await expect(todos.titles.nth(0)).toHaveCSS("text-decoration-line", "none");
    await expect(todos.titles.nth(1)).toHaveCSS("text-decoration-line", "line-through");
    await expect(todos.count).toHaveText("1 item left");
    await expect(todos.status).toHaveText("“two” is completed. 1 item left.");
    await todos.checkbox("two").click();
    await expect(todos.checkbox("two")).not.toBeChecked();
    expect(api.writes).toEqual(['PATCH /2 {"completed":true}', 'PATCH /2 {"completed":false}']);
  });

  test("is disabled while its request is open, and then shows what the API returned", async ({ api, todos, page }) => {
    const patch = await api.hold("PATCH");
    await todos.checkbox("two").press("Space");
    await patch.arrived;
    await expect(todos.row("two")).toHaveAttribute("aria-busy", "true");
    await expect(todos.row("one")).toHaveAttribute("aria-busy", "false");
    await expect(todos.checkbox("two")).not.toBeChecked();
    for (const control of [todos.checkbox("two"), todos.title("two"), todos.deleteButton("two")]) {
      await expect(control).toBeDisabled();
      await control.click({ force: true });
    }
    await todos.title("two").dblclick({ force: true });
    await expect(todos.edits).toHaveCount(0);
    await todos.checkbox("two").focus();
    await page.keyboard.press("Space");
    patch.release();
    await expect(todos.checkbox("two")).toBeChecked();
    await expect(todos.checkbox("two")).toBeFocused();
    await expect(todos.row("two")).toHaveAttribute("aria-busy", "false");
    expect(api.writes).toHaveLength(1);
  });
});

test.describe("all items", () => {
  test.beforeEach(async ({ api, todos }) => {
    api.has("one", done("two"), "three");
    await todos.open();
  });

  test("are completed, one request for each that is not", async ({ api, page, todos }) => {
    await page.getByText("Mark all as complete").click();
    await expect(todos.completed).toHaveText(["one", "two", "three"]);
    expect(api.writes.sort()).toEqual(['PATCH /1 {"completed":true}', 'PATCH /3 {"completed":true}']);
    await expect(todos.toggleAll).toBeChecked();
    await page.getByText("Mark all as complete").click();
    await expect(todos.completed).toHaveCount(0);
    await expect(todos.toggleAll).not.toBeChecked();
  });

  test("have a checkbox that follows them", async ({ todos }) => {
    await expect(todos.toggleAll).not.toBeChecked();
    await todos.checkbox("one").click();
    await todos.checkbox("three").click();
    await expect(todos.toggleAll).toBeChecked();
    await todos.checkbox("two").click();
    await expect(todos.toggleAll).not.toBeChecked();
  });

  test("are not changed again while requests are open", async ({ api, page, todos }) => {
    const patch = await api.hold("PATCH");
    await page.getByText("Mark all as complete").click();
    await patch.arrived;
    await expect(todos.toggleAll).not.toBeChecked();
    await page.getByText("Mark all as complete").click();
    patch.release();
    await expect(todos.toggleAll).toBeChecked();
    expect(api.writes).toHaveLength(2);
  });
});
