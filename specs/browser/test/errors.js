import { api as address } from "../support/addresses.js";
import { done, expect, FAILED_REQUEST, test, UNAVAILABLE } from "../support/test.js";

test.use({ provokes: FAILED_REQUEST });

const REFUSED = { status: 400, json: { title: ["Not this one."] } };

test.beforeEach(async ({ api, todos }) => {
  api.has("one", done("two"), "three");
  await todos.open();
});

test("adding while the API is away: a message, the text stays, and it can be tried again", async ({ api, todos }) => {
  api.respond("POST", "abort");
  await todos.add("do not lose me");
  const reason = `no response from ${address}. Is it running? Is the address right?`;
  await expect(todos.error).toHaveText(`“do not lose me” was not added: ${reason}`);
  await expect(todos.newTodo).toHaveValue("do not lose me");
  await expect(todos.newTodo).toBeEditable();
  api.respond("POST", undefined);
  await todos.tryAgain.click();
  await expect(todos.titles).toHaveText(["one", "two", "three", "do not lose me"]);
  await expect(todos.error).toHaveCount(0);
  await expect(todos.newTodo).toHaveValue("");
  await expect(todos.newTodo).toBeFocused();
});

test("adding without a response in time: a message, and what the API has all the same", async ({
  api,
  page,
  todos,
}) => {
  const post = await api.hold("POST");
  await todos.add("arrived all the same");
  await post.arrived;
  await page.clock.fastForward("00:09");
  await expect(todos.error).toHaveCount(0);
  await page.clock.fastForward("00:01");
  await expect(todos.error).toHaveText(/was not added: no response from .* within 10 seconds\./);
  await expect(todos.titles).toHaveText(["one", "two", "three", "arrived all the same"]);
  await expect(todos.newTodo).toHaveValue("arrived all the same");
});

test("adding what the API refuses: its words, no second try, and the text stays", async ({ api, todos }) => {
  api.respond("POST", REFUSED);
  await todos.add("new");
  await expect(todos.error).toHaveText("“new” was not added: the API responded 400: title: Not this one.");
  await expect(todos.tryAgain).toBeHidden();
  await expect(todos.newTodo).toHaveValue("new");
  api.respond("POST", undefined);
  await todos.add("better");
  await expect(todos.error).toHaveCount(0);
});

test("an outage: the API's words, and when to try again", async ({ api, todos }) => {
  api.respond("POST", UNAVAILABLE);
  await todos.add("later");
  await expect(todos.error).toHaveText(/responded 503: The database is away\. Try again in 5 seconds\.$/);
  await expect(todos.newTodo).toHaveValue("later");
  api.respond("POST", { status: 500, body: "<html>" });
  await todos.newTodo.press("Enter");
  await expect(todos.error).toHaveText(/responded 500\. Try again in a while\.$/);
});

test("loading during an outage: a message, and it can be tried again", async ({ api, page, todos }) => {
  api.respond("GET", UNAVAILABLE);
  await page.reload();
  await expect(todos.error).toHaveText(/^The list was not loaded: the API responded 503/);
  api.respond("GET", undefined);
  await todos.tryAgain.click();
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
  await expect(todos.error).toHaveCount(0);
});

test("adding to a list that was not loaded shows the other items too", async ({ api, page, todos }) => {
  api.respond("GET", UNAVAILABLE);
  await page.reload();
  await expect(todos.error).toHaveText(/503/);
  api.respond("GET", undefined);
  await todos.add("four");
  await expect(todos.titles).toHaveText(["one", "two", "three", "four"]);
});

test("saving what the API refuses: the field stays open, and can be corrected", async ({ api, todos }) => {
  api.respond("PATCH", REFUSED);
  await todos.edit("three", "bad");
  await expect(todos.error).toHaveText("“bad” was not saved: the API responded 400: title: Not this one.");
  await expect(todos.edits).toHaveValue("bad");
  await expect(todos.edits).toHaveAttribute("aria-invalid", "true");
  await expect(todos.edits).toBeEditable();
  api.respond("PATCH", undefined);
  await todos.edits.fill("good");
  await todos.edits.press("Enter");
  await expect(todos.titles).toHaveText(["one", "two", "good"]);
  await expect(todos.error).toHaveCount(0);
});

test("saving by leaving the field while the API is away: Escape still restores the title", async ({ api, todos }) => {
  api.respond("PATCH", "abort");
  await todos.title("three").dblclick();
  await todos.edits.fill("do not lose me");
  await todos.newTodo.click();
  await expect(todos.error).toHaveText(/was not saved/);
  await expect(todos.edits).toHaveValue("do not lose me");
  await todos.edits.press("Escape");
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
});

test("completing while the API is away: a message, and the item stays as it was", async ({ api, todos }) => {
  api.respond("PATCH", "abort");
  await todos.checkbox("one").click();
  await expect(todos.error).toHaveText(/^“one” is not completed: no response from/);
  await expect(todos.completed).toHaveText(["two"]);
  await expect(todos.checkbox("one")).not.toBeChecked();
  await expect(todos.checkbox("one")).toBeEnabled();
});

test("deleting during an outage: a message, and the item stays", async ({ api, todos }) => {
  api.respond("DELETE", UNAVAILABLE);
  await todos.deleteButton("one").click();
  await expect(todos.error).toHaveText(/^“one” was not deleted: the API responded 503/);
  await expect(todos.titles).toHaveText(["one", "two", "three"]);
});

test("completing all where the API refuses one: how many, and what the API has", async ({ api, page, todos }) => {
  api.respond("PATCH /3", REFUSED);
  await page.getByText("Mark all as complete").click();
  await expect(todos.error).toHaveText(
    "Not all items are completed: 1 of 2 failed, the API responded 400: title: Not this one.",
  );
  await expect(todos.completed).toHaveText(["one", "two"]);
  await expect(todos.toggleAll).not.toBeChecked();
});

test("clearing many while the API is away: how many, and no request for the rest", async ({ api, todos }) => {
  api.has(...Array.from({ length: 20 }, (_, index) => done(`${index}`)));
  await todos.leaveAndReturn();
  await expect(todos.titles).toHaveCount(20);
  api.respond("DELETE", "abort");
  await todos.clearCompleted.click();
  await expect(todos.error).toHaveText(/^Not all completed items were deleted: 20 of 20 failed, no response/);
  expect(api.writes.length).toBeLessThan(20);
  api.respond("DELETE", undefined);
  await todos.tryAgain.click();
  await expect(todos.titles).toHaveCount(0);
  await expect(todos.error).toHaveCount(0);
});

test("a new title of an item that someone else deleted is in the message", async ({ api, todos }) => {
  api.has("two");
  await todos.edit("one", "do not lose me");
  const message = "“one” is no longer on the list: someone else deleted it. You typed: do not lose me";
  await expect(todos.error).toHaveText(message);
  await expect(todos.edits).toHaveCount(0);
  await expect(todos.title("one")).toHaveCount(0);
});

test("a message can be dismissed, and the focus goes to the field for new items", async ({ api, page, todos }) => {
  api.respond("POST", REFUSED);
  await todos.add("new");
  await page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(todos.error).toHaveCount(0);
  await expect(todos.newTodo).toBeFocused();
});
