import { expect, test } from "../support/test.js";

test.beforeEach(({ todos }) => todos.open());

test("puts the item at the end, empties the field and keeps its focus", async ({ api, todos }) => {
  api.has("one");
  await todos.leaveAndReturn();
  await todos.add("two");
  await expect(todos.titles).toHaveText(["one", "two"]);
  await expect(todos.newTodo).toHaveValue("");
  await expect(todos.newTodo).toBeFocused();
  await expect(todos.status).toHaveText("Added “two”. 2 items left.");
});

test("sends the title alone, without spaces at its ends", async ({ api, todos }) => {
  await todos.add("  walk  the dog \t");
  await expect(todos.titles).toHaveCount(1);
  expect(api.writes).toEqual(['POST {"title":"walk  the dog"}']);
});

test("refuses an empty title", async ({ api, todos }) => {
  await todos.add("");
  await todos.add("   ");
  await todos.add("after them");
  await expect(todos.titles).toHaveText(["after them"]);
  expect(api.writes).toHaveLength(1);
});

test("adds one item when Enter is pressed again while the request is open", async ({ api, page, todos }) => {
  const post = await api.hold("POST");
  await todos.add("once");
  await post.arrived;
  await expect(todos.newTodo).not.toBeEditable();
  await page.keyboard.press("Enter");
  post.release();
  await expect(todos.titles).toHaveText(["once"]);
  await todos.add("then");
  await expect(todos.titles).toHaveText(["once", "then"]);
  expect(api.titles).toEqual(["once", "then"]);
});
