/**
 * What the two published styles of TodoBackend suite ask: they run in a browser, on a page of another origin, and see what
 * the browser lets a script see. The service's own suite is ../../test.
 */
import { api } from "../support/addresses.js";
import { test } from "../support/service.js";
import { expect, FAILED_REQUEST } from "../support/test.js";

test.use({ provokes: FAILED_REQUEST });

let send;
test.beforeEach(async ({ page }) => {
  // A file of the page's origin without a script of its own.
  await page.goto("/todomvc.license.txt");
  /** A request by XMLHttpRequest; returns the status, the body's value and Location. */
  send = (method, url, data) =>
    page.evaluate(
      ([method, url, body]) =>
        new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          request.open(method, url);
          request.setRequestHeader("Content-Type", "application/json");
          request.onload = () => {
            const { status, responseText } = request;
            const value = responseText === "" ? undefined : JSON.parse(responseText);
            resolve({ status, value, location: request.getResponseHeader("Location") });
          };
          request.onerror = () => reject(new Error(`the browser blocked ${method} ${url}`));
          request.send(body);
        }),
      [method, url, data && JSON.stringify(data)],
    );
});

const post = async (fields) => (await send("POST", api, fields)).value;
const list = async () => (await send("GET", api)).value;

test("the list is an empty array after DELETE", async () => {
  await post({ title: "one" });
  await send("DELETE", api);
  expect(await list()).toEqual([]);
});

test("POST returns the new item, not completed, and the list has it", async () => {
  const item = await post({ title: "walk the dog" });
  expect(item).toMatchObject({ title: "walk the dog", completed: false });
  expect(await list()).toEqual([item]);
});

test("an item's url is absolute, as the browser sees the API, and returns the item", async () => {
  const item = await post({ title: "walk the dog", order: 523 });
  expect(item.url.startsWith(`${api}/`)).toBe(true);
  expect((await send("GET", item.url)).value).toEqual(item);
  expect(item.order).toBe(523);
});

test("two POST requests at once make two items", async () => {
  const responses = await Promise.all([send("POST", api, { title: "one" }), send("POST", api, { title: "two" })]);
  expect(responses.map(({ status }) => status)).toEqual([201, 201]);
  expect((await list()).map(({ title }) => title).sort()).toEqual(["one", "two"]);
});

test("PATCH changes one field alone, in the item and in the list", async () => {
  let item = await post({ title: "old", order: 95 });
  for (const change of [{ title: "new" }, { completed: true }, { order: 10 }]) {
    item = { ...item, ...change };
    expect((await send("PATCH", item.url, change)).value).toEqual(item);
    expect((await send("GET", item.url)).value).toEqual(item);
    expect(await list()).toEqual([item]);
  }
});

test("DELETE of an item takes it off the list", async () => {
  const item = await post({ title: "one" });
  await send("DELETE", item.url);
  expect(await list()).toEqual([]);
});

test("the course's suite: 201 and a Location that ends in digits, which returns the item", async () => {
  const { status, location } = await send("POST", api, { title: "Walk the dog" });
  expect(status).toBe(201);
  expect(location).toMatch(/^https?:\/\/.+\/todos\/\d+$/);
  const item = await send("GET", location);
  expect([item.status, item.value.title]).toEqual([200, "Walk the dog"]);
});

test("the course's suite: 200 for a PUT without a title", async () => {
  const { location } = await send("POST", api, { title: "Walk the dog" });
  const { status, value } = await send("PUT", location, { completed: true });
  expect([status, value.completed]).toEqual([200, true]);
});

test("the course's suite: 204 for a DELETE of an item, then 404; 204 for a DELETE of the list", async () => {
  const { location } = await send("POST", api, { title: "Walk the dog" });
  expect((await send("DELETE", location)).status).toBe(204);
  expect((await send("GET", location)).status).toBe(404);
  expect((await send("DELETE", api)).status).toBe(204);
});

test("fetch may use every method, and sees an error's status", async ({ page }) => {
  const { url } = await post({ title: "one" });
  const status = (method, address, json) =>
    page.evaluate(
      async ([method, address, body]) => {
        const headers = body ? { "Content-Type": "application/json" } : {};
        return (await fetch(address, { method, headers, body })).status;
      },
      [method, address, json && JSON.stringify(json)],
    );
  expect(await status("GET", url)).toBe(200);
  expect(await status("PUT", url, { title: "two" })).toBe(200);
  expect(await status("PATCH", url, { title: "three" })).toBe(200);
  expect(await status("DELETE", url)).toBe(204);
  expect(await status("PATCH", `${api}/0`, { title: "four" })).toBe(404);
});
