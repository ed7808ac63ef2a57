import { done, expect, test } from "../support/test.js";

test.beforeEach(async ({ api, todos }) => {
  api.has("one", done("two"), done("three"), "four");
  await todos.open();
});

test("deletes one item, however often it is clicked", async ({ api, todos }) => {
  await todos.deleteButton("two").dblclick();
  await expect(todos.titles).toHaveText(["one", "three", "four"]);
  await expect(todos.status).toHaveText("Deleted “two”. 2 items left.");
  await expect(todos.error).toHaveCount(0);
  expect(api.writes).toEqual(["DELETE /2"]);
});

test("gives the focus to the next item, the one before, the field for new items", async ({ todos }) => {
  for (const [title, next] of [
    ["two", todos.title("three")],
    ["four", todos.title("three")],
    ["three", todos.title("one")],
    ["one", todos.newTodo],
  ]) {
    await todos.deleteButton(title).press("Enter");
    await expect(next).toBeFocused();
  }
  await expect(todos.toggleAll).toBeHidden();
});

test("has a button that is visible when it has the focus", async ({ todos }) => {
  await expect(todos.deleteButton("two")).toHaveCSS("opacity", "0");
  await todos.deleteButton("two").focus();
  await expect(todos.deleteButton("two")).toHaveCSS("opacity", "1");
});

test("clears what is completed, hides the button and focuses the filter", async ({ api, todos }) => {
  await todos.clearCompleted.press("Enter");
  await expect(todos.titles).toHaveText(["one", "four"]);
  await expect(todos.clearCompleted).toBeHidden();
  await expect(todos.filter("All")).toBeFocused();
  expect(api.titles).toEqual(["one", "four"]);
});

test.describe("what someone else deleted before", () => {
  test.use({ provokes: /status of 404/ });

  test("is no error", async ({ api, todos }) => {
    api.has(done("four"));
    await todos.clearCompleted.click();
    await todos.deleteButton("one").click();
    await expect(todos.titles).toHaveText(["four"]);
    await expect(todos.error).toHaveCount(0);
  });
});
