import { expect, test } from "../support/test.js";

test.beforeEach(async ({ api, todos }) => {
  api.has("one", "two");
  await todos.open();
});

test("double click opens one field, with the title and the focus, in place of the other controls", async ({
  todos,
}) => {
  await todos.title("two").dblclick();
  await expect(todos.edits).toHaveCount(1);
  await expect(todos.edits).toHaveValue("two");
  await expect(todos.edits).toBeFocused();
  await expect(todos.checkbox("two")).toBeHidden();
  await expect(todos.checkbox("one")).toBeVisible();
});

test("Enter, F2 and Space on the title open the field", async ({ todos }) => {
  for (const key of ["Enter", "F2", "Space"]) {
    await todos.title("two").press(key);
    await expect(todos.edits).toBeFocused();
    await expect(todos.edits).toHaveValue("two");
    await todos.edits.press("Escape");
    await expect(todos.edits).toHaveCount(0);
  }
});

test("Enter saves the title alone, without spaces at its ends, and returns the focus", async ({ api, todos }) => {
  await todos.edit("two", "  second ");
  await expect(todos.titles).toHaveText(["one", "second"]);
  await expect(todos.edits).toHaveCount(0);
  await expect(todos.title("second")).toBeFocused();
  await expect(todos.status).toHaveText("Saved “second”. 2 items left.");
  expect(api.writes).toEqual(['PATCH /2 {"title":"second"}']);
});

test("leaving the field saves", async ({ api, todos }) => {
  await todos.title("two").dblclick();
  await todos.edits.fill("second");
  await todos.newTodo.click();
  await expect(todos.titles).toHaveText(["one", "second"]);
  await expect(todos.newTodo).toBeFocused();
  expect(api.titles).toEqual(["one", "second"]);
});

test("Escape restores the title, returns the focus and sends nothing", async ({ api, todos }) => {
  await todos.edit("two", "second", "Escape");
  await expect(todos.edits).toHaveCount(0);
  await expect(todos.titles).toHaveText(["one", "two"]);
  await expect(todos.title("two")).toBeFocused();
  await todos.add("after it");
  await expect(todos.titles).toHaveText(["one", "two", "after it"]);
  expect(api.titles).toEqual(["one", "two", "after it"]);
});

test("an unchanged title sends nothing, not even one whose line break the field drops", async ({ api, todos }) => {
  api.items[1].title = "first line\nsecond line";
  await todos.leaveAndReturn();
  await expect(todos.titles).toHaveText(["one", "first line second line"]);
  for (const title of await todos.titles.all()) {
    await title.press("Enter");
    await todos.edits.press("Enter");
    await expect(todos.edits).toHaveCount(0);
  }
  await todos.add("after them");
  await expect(todos.titles).toHaveCount(3);
  expect(api.writes).toEqual(['POST {"title":"after them"}']);
});

test("an empty title deletes the item", async ({ api, todos }) => {
  await todos.edit("two", "  ");
  await expect(todos.titles).toHaveText(["one"]);
  expect(api.titles).toEqual(["one"]);
});

test("Enter and Escape belong to an input method while it composes a word", async ({ api, todos }) => {
  await todos.title("two").dblclick();
  await todos.edits.fill("ni");
  for (const key of ["Enter", "Escape"]) {
    await todos.edits.dispatchEvent("keydown", { key, isComposing: true });
  }
  await expect(todos.edits).toHaveValue("ni");
  expect(api.writes).toEqual([]);
});

test("the field is closed to input until the response is there", async ({ api, todos, page }) => {
  const patch = await api.hold("PATCH");
  await todos.edit("two", "second");
  await patch.arrived;
  await expect(todos.edits).not.toBeEditable();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(todos.edits).toHaveValue("second");
  patch.release();
  await expect(todos.titles).toHaveText(["one", "second"]);
  expect(api.writes).toHaveLength(1);
});
