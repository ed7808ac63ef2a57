import { done, expect, test } from "../support/test.js";

test.beforeEach(async ({ api, todos }) => {
  api.has("one", done("two"));
  await todos.open();
});

test("Tab reaches every control in the order of the page, with a visible focus", async ({ page, todos }) => {
  const row = (title) => [todos.checkbox(title), todos.title(title), todos.deleteButton(title)];
  const controls = [
    todos.address,
    page.getByRole("button", { name: "Use" }),
    todos.newTodo,
    todos.toggleAll,
    ...row("one"),
    ...row("two"),
    todos.filter("All"),
    todos.filter("Active"),
    todos.filter("Completed"),
    todos.clearCompleted,
    page.getByRole("link", { name: "todomvc-app-css" }),
  ];
  await todos.address.focus();
  for (const control of controls) {
    await expect(control).toBeFocused();
    // The ring of a checkbox is on its label.
    const hasRing = await control.evaluate((element) => {
      const ring = (each) => each && getComputedStyle(each).outlineStyle !== "none";
      return ring(element) || (element.type === "checkbox" && ring(element.nextElementSibling));
    });
    expect(hasRing, `a focus ring on ${control}`).toBe(true);
    await page.keyboard.press("Tab");
  }
});

test("everything can be done by keyboard alone", async ({ api, page, todos }) => {
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  // From where the page puts the focus; each step begins where the one before ended.
  await page.keyboard.type("three");
  await press("Enter");
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  await expect(todos.newTodo).toHaveValue("");
  await press("Tab", "Tab", "Space");
  await expect(todos.completed).toHaveText(["one", "two"]);
  await expect(todos.checkbox("one")).toBeFocused();
  await press("Tab", "Enter");
  await page.keyboard.type(" and a half");
  await press("Enter");
  await expect(todos.title("one and a half")).toBeFocused();
  await press("Tab", "Tab", "Tab", "Tab");
  await expect(todos.deleteButton("two")).toBeFocused();
  await press("Enter");
  await expect(todos.title("three")).toBeFocused();
  await press("Tab", "Tab", "Tab", "Enter");
  await expect(todos.titles).toHaveText(["three"]);
  await press("Tab", "Tab", "Enter");
  await expect(todos.clearCompleted).toBeHidden();
  await expect(todos.filter("Active")).toBeFocused();
  expect(api.titles).toEqual(["three"]);
  await todos.toggleAll.focus();
  await press("Space");
  await expect(todos.titles).toHaveCount(0);
  expect(api.items).toMatchObject([done("three")]);
  await expect(todos.toggleAll).toBeFocused();
});

test("an address is corrected, and its error dismissed, by keyboard", async ({ page, todos }) => {
  await todos.address.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("nowhere");
  await page.keyboard.press("Enter");
  await expect(todos.error).toHaveText(/found “nowhere”/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Dismiss" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(todos.newTodo).toBeFocused();
});
