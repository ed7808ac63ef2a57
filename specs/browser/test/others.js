/** Responses that arrive while the user is busy, or in another order than the requests. */
import { expect, test } from "../support/test.js";

test.beforeEach(async ({ api, todos }) => {
  api.has("one", "two");
  await todos.open();
});

test("others' changes leave an open edit field as it is", async ({ api, todos }) => {
  await todos.title("two").dblclick();
  await todos.edits.fill("half a sent");
  api.items[1].title = "second";
  api.items.shift();
  await todos.leaveAndReturn();
  await expect(todos.titles).toHaveText(["second"]);
  await expect(todos.edits).toHaveValue("half a sent");
  await expect(todos.edits).toBeFocused();
});

test("others' deletions leave an open edit field of a deleted item", async ({ api, todos }) => {
  await todos.title("two").dblclick();
  await todos.edits.fill("half a sent");
  api.has("three");
  api.items[0].url += "0";
  await todos.leaveAndReturn();
  await expect(todos.title("three")).toBeVisible();
  await expect(todos.title("one")).toHaveCount(0);
  await expect(todos.edits).toHaveValue("half a sent");
  await expect(todos.edits).toBeFocused();
});

test("others' changes leave the focus where it is", async ({ api, todos }) => {
  await todos.title("two").focus();
  api.items.shift();
  await todos.leaveAndReturn();
  await expect(todos.titles).toHaveText(["two"]);
  await expect(todos.title("two")).toBeFocused();
});

test("a list that was read before an item was added does not take it away", async ({ api, todos }) => {
  const get = await api.hold("GET");
  await todos.leaveAndReturn();
  await get.arrived;
  await todos.add("three");
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  const reads = () => api.log.filter((line) => line === "GET").length;
  const before = reads();
  get.release();
  await expect.poll(reads).toBeGreaterThan(before);
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
});

test("a late response of a list that was left does not bring it back", async ({ api, other, todos }) => {
  const get = await api.hold("GET");
  await todos.leaveAndReturn();
  await get.arrived;
  await todos.use(other.address);
  await expect(todos.titles).toHaveCount(0);
  get.release();
  await todos.add("of the other");
  await expect(todos.titles).toHaveText(["of the other"]);
});
