/** The page with the release's own API. The page's many states are in the other files, with a stand-in of the API. */
import { api, pageOrigin } from "../support/addresses.js";
import { test } from "../support/service.js";
import { done, expect, FAILED_REQUEST } from "../support/test.js";

test("the page shows the items of an API of another origin", async ({ todos, service }) => {
  await service.has("one", done("two"), "three");
  await todos.open();
  expect(new URL(api).origin).not.toBe(pageOrigin);
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  await expect(todos.completed).toHaveText(["two"]);
  await expect(todos.count).toHaveText("2 items left");
  await expect(todos.address).toHaveValue(api);
  await expect(todos.newTodo).toBeFocused();
});

test("what is added, edited and completed is kept", async ({ page, todos, service }) => {
  await todos.open();
  await todos.add("one");
  await expect(todos.titles).toHaveText(["one"]);
  await todos.add("two");
  await expect(todos.titles).toHaveText(["one", "two"]);
  await todos.edit("two", "second");
  await expect(todos.titles).toHaveText(["one", "second"]);
  await todos.checkbox("one").click();
  await expect(todos.completed).toHaveText(["one"]);
  expect(await service.items()).toMatchObject([done("one"), { title: "second", completed: false }]);
  await page.reload();
  await expect(todos.titles).toHaveText(["one", "second"]);
});

test("what is deleted or cleared is gone", async ({ todos, service }) => {
  await service.has("one", "two", "three");
  await todos.open();
  await todos.deleteButton("two").click();
  await expect(todos.titles).toHaveText(["one", "three"]);
  await todos.checkbox("three").click();
  await todos.clearCompleted.click();
  await expect(todos.titles).toHaveText(["one"]);
  expect(await service.titles()).toEqual(["one"]);
});

test("all items are completed at once", async ({ page, todos, service }) => {
  await service.has("one", done("two"), "three");
  await todos.open();
  await page.getByText("Mark all as complete").click();
  await expect(todos.completed).toHaveText(["one", "two", "three"]);
  expect((await service.items()).every(({ completed }) => completed)).toBe(true);
});

test("a new item stands where the API puts it", async ({ todos, service }) => {
  await service.has({ title: "later", order: 2 });
  await service.has({ title: "first", order: 1 });
  await todos.open();
  await todos.add("new");
  await expect(todos.titles).toHaveCount(3);
  await expect(todos.titles).toHaveText(await service.titles());
});

test("others' changes appear on return to the page", async ({ todos, service }) => {
  const [first, second] = await service.has("one", "two");
  await todos.open();
  await service.has("three");
  await service.send("DELETE", first);
  await service.send("PATCH", second, { title: "second", completed: true });
  await todos.leaveAndReturn();
  await expect(todos.titles).toHaveText(["second", "three"]);
  await expect(todos.completed).toHaveText(["second"]);
});

test("others' change to another field is kept: the page sends the changed field alone", async ({ todos, service }) => {
  const [first] = await service.has("one");
  await todos.open();
  await service.send("PATCH", first, { title: "first", order: 7 });
  await todos.checkbox("one").click();
  await expect(todos.completed).toHaveText(["first"]);
  expect(await service.items()).toMatchObject([{ title: "first", order: 7, completed: true }]);
});

test("the API's root leads to the list", async ({ page, todos, service }) => {
  await service.has("one");
  await todos.open(`/?api=${new URL("/", api)}`);
  await expect(todos.titles).toHaveText(["one"]);
  await expect(todos.address).toHaveValue(api);
  expect(new URL(page.url()).searchParams.get("api")).toBe(api);
});

test.describe("errors", () => {
  test.use({ provokes: FAILED_REQUEST });

  test("a refusal is shown in the API's words", async ({ todos, service }) => {
    await todos.open();
    await todos.add("x".repeat(257));
    await expect(todos.error).toHaveText(/ was not added: the API responded 400: title: .*256 characters\.$/);
    await expect(todos.newTodo).toHaveValue("x".repeat(257));
    expect(await service.titles()).toEqual([]);
  });

  test("an item that someone else deleted is taken off the list, with a message", async ({ todos, service }) => {
    const [first] = await service.has("one", "two");
    await todos.open();
    await service.send("DELETE", first);
    await todos.checkbox("one").click();
    await expect(todos.error).toHaveText("“one” is no longer on the list: someone else deleted it.");
    await expect(todos.titles).toHaveText(["two"]);
  });
});
