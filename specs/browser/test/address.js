import { api as address } from "../support/addresses.js";
import { expect, OTHER, test } from "../support/test.js";

test.use({ provokes: /request: http:\/\/nowhere\.invalid|Failed to load resource/ });

const inPageAddress = (page) => new URL(page.url()).searchParams.get("api");

test.beforeEach(async ({ api, other, todos }) => {
  api.has("one");
  other.has("of the other");
  await todos.open();
});

test("another API shows its items and gets what is added", async ({ api, other, page, todos }) => {
  await todos.filter("Active").click();
  await todos.use(OTHER);
  await expect(todos.titles).toHaveText(["of the other"]);
  await todos.add("two");
  await expect(todos.titles).toHaveText(["of the other", "two"]);
  expect([api.titles, other.titles]).toEqual([["one"], ["of the other", "two"]]);
  expect([inPageAddress(page), new URL(page.url()).hash]).toEqual([OTHER, "#/active"]);
});

test("stays through a reload, and goes back and forward with the browser", async ({ page, todos }) => {
  expect(inPageAddress(page)).toBe(address);
  await todos.use(OTHER);
  await expect(todos.titles).toHaveText(["of the other"]);
  await page.reload();
  await expect(todos.titles).toHaveText(["of the other"]);
  await expect(todos.address).toHaveValue(OTHER);
  await page.goBack();
  await expect(todos.titles).toHaveText(["one"]);
  await expect(todos.address).toHaveValue(address);
  await page.goForward();
  await expect(todos.titles).toHaveText(["of the other"]);
});

test("comes with a link, and its filter", async ({ page, todos }) => {
  await page.goto(`/?api=${encodeURIComponent(OTHER)}#/completed`);
  await expect(todos.address).toHaveValue(OTHER);
  await expect(todos.count).toHaveText("1 item left");
  await expect(todos.titles).toHaveCount(0);
});

test("may be a port of the page's own host", async ({ todos }) => {
  await todos.use(`:${new URL(address).port}/todos`);
  await expect(todos.address).toHaveValue(address);
  await expect(todos.titles).toHaveText(["one"]);
});

test("refuses what is no address, says why, and leaves the list", async ({ todos }) => {
  for (const [text, message] of [
    ["", /^Expected the address of a todo list, found none\. Type for example http:\/\/localhost:8000\/todos$/],
    ["no address", /begins with http:\/\/ or https:\/\/, found “no address”\. Type for example/],
    ["localhost:8000/todos", /found “localhost:8000\/todos”\. Type http:\/\/localhost:8000\/todos$/],
    ["javascript:alert(1)", /found “javascript:alert\(1\)”/],
    ["file:///etc/passwd", /found “file:/],
    ["http://", /found “http:\/\/”/],
    ["http://name:password@localhost:8000/todos", /^Expected an address without a name and password/],
  ]) {
    await todos.use(text);
    await expect.soft(todos.error).toHaveText(message);
    await expect.soft(todos.address).toHaveValue(text);
    await expect.soft(todos.address).toHaveAttribute("aria-invalid", "true");
    await expect.soft(todos.titles).toHaveText(["one"]);
  }
});

test("a correct one clears the error", async ({ todos }) => {
  await todos.use("no address");
  await expect(todos.error).toHaveCount(1);
  await todos.use(address);
  await expect(todos.error).toHaveCount(0);
  await expect(todos.address).not.toHaveAttribute("aria-invalid");
});

test("refuses a link's address that is none", async ({ page, todos }) => {
  await page.goto("/?api=javascript:alert(1)");
  await expect(todos.error).toHaveText(/found “javascript:alert\(1\)”/);
  await expect(todos.address).toHaveValue("javascript:alert(1)");
});

test("says what is wrong with an API that returns something else", async ({ other, todos }) => {
  for (const [response, message] of [
    [{ body: "<!doctype html>", contentType: "text/html" }, /expected JSON from .*, found text\/html\./],
    [{ json: { hello: 1 } }, /expected a list from http:\/\/other.*, found none\. Type/],
    [{ json: [{ title: "no url" }] }, /expected items with a url from .*, found one without/],
    [{ json: [{ url: "javascript:alert(1)" }] }, /expected items with a url/],
    [{ body: "" }, /expected a list/],
    [{ json: { todos: "/list" } }, /expected a list/],
    [{ status: 404, json: { detail: "Not found." } }, /The list was not loaded: the API responded 404: Not found\.$/],
  ]) {
    other.respond("GET", response);
    await todos.use(OTHER);
    await expect.soft(todos.error).toHaveText(message);
    await expect.soft(todos.titles).toHaveCount(0);
  }
});

test("says so if nothing responds, and what to check", async ({ todos }) => {
  await todos.use("http://nowhere.invalid/todos");
  const message = "no response from http://nowhere.invalid/todos. Is it running? Is the address right?";
  await expect(todos.error).toHaveText(`The list was not loaded: ${message}`);
  await expect(todos.titles).toHaveCount(0);
});

test("keeps what is typed before the release's address is there", async ({ page, todos }) => {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/config.json", async (route) => {
    await released;
    await route.fallback();
  });
  await page.goto("/");
  await todos.address.fill(OTHER);
  release();
  await expect(todos.titles).toHaveText(["one"]);
  await expect(todos.address).toHaveValue(OTHER);
});

test("is asked for if the page's server does not name it", async ({ page, todos }) => {
  await page.route("**/config.json", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("/");
  await expect(todos.error).toHaveText("Expected the API's address in config.json, found none. Type it above.");
  await todos.add("two");
  await expect(todos.error).toHaveText("Expected the address of a list to add to, found none. Type it above.");
});
