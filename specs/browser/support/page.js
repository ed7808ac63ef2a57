/** The words the specs are written in: a page with these items, what stands on it, what a person does. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { create, emptyList, send } from "../../support/api.js";
import { newPage, pageOrigin, patience, quiet } from "./browser.js";

/**
 * Try a claim again until it holds: the page shows an answer a moment after it has come.
 *
 * @param {() => Promise<any>} claim - throws as long as it does not hold.
 * @returns {Promise<any>} what the claim gives.
 */
export async function eventually(claim) {
  const deadline = Date.now() + patience();
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await sleep(5);
    }
  }
}

/**
 * Claim that something becomes equal.
 *
 * @param {() => Promise<any>} read - what stands on the page, or in the API.
 * @param {any} expected - what it must become.
 */
export function becomes(read, expected) {
  return eventually(async () => assert.deepEqual(await read(), expected));
}

/**
 * Let the API have these items, and no others.
 *
 * @param {...(string|object)} items - titles, or fields.
 * @returns {Promise<object[]>} the items.
 */
export async function given(...items) {
  await quiet();
  await emptyList();
  const made = [];
  for (const item of items) {
    made.push(await create(typeof item === "string" ? { title: item } : item));
  }
  return made;
}

/** @returns {Promise<object[]>} what the API has now. */
export async function kept() {
  return (await send("GET", "/todos")).data;
}

/** @returns {Promise<string[]>} the titles the API has now. */
export async function keptTitles() {
  return (await kept()).map(({ title }) => title);
}

/**
 * Open the page, and wait until it shows what the API has.
 *
 * @param {object} [options] - `path`, what comes after the origin; `setUp(page)`, what to do before it is opened; the rest
 *   as in newPage.
 * @returns {Promise<import("playwright-core").Page>} the page.
 */
export async function open({ path = "/", setUp = async () => {}, ...options } = {}) {
  const page = await newPage(options);
  await setUp(page);
  const loaded = page.waitForResponse(
    (response) => response.request().method() === "GET" && /\/todos$/.test(response.url()),
  );
  // Not for the load event: what counts is what stands on the page, and that is waited for next.
  await page.goto(`${pageOrigin}${path}`, { waitUntil: "commit" });
  await loaded;
  await becomes(
    () =>
      page
        .locator("[role=status]")
        .textContent()
        .then((text) => text !== ""),
    true,
  );
  return page;
}

/** Close the page, and the browser around it. */
export async function close(page) {
  await quiet();
  await page?.context().close();
}

/** @returns {Promise<string[]>} the titles on the page, from top to bottom. */
export function titles(page) {
  return page.locator(".todo-list li label").allTextContents();
}

/** @returns {Promise<string[]>} the titles on the page that are shown as completed. */
export function completedTitles(page) {
  return page.locator(".todo-list li.completed label").allTextContents();
}

/** @returns {import("playwright-core").Locator} the row with this title. */
export function row(page, title) {
  return page.locator(".todo-list li").filter({ has: page.getByText(title, { exact: true }) });
}

/** Type a title into the field for new items, and press Enter. */
export async function add(page, title) {
  await page.locator(".new-todo").fill(title);
  await page.locator(".new-todo").press("Enter");
}

/** Open an item's edit field, and give it. */
export async function edit(page, title) {
  await row(page, title).locator("label").dblclick();
  return page.locator(".todo-list li.editing .edit");
}

/** @returns {Promise<string>} what went wrong, in the page's words. */
export async function told(page) {
  return (await page.locator("[role=alert] .words").allTextContents()).join("\n");
}

/** Claim that the page tells something that matches. */
export function tells(page, pattern) {
  return eventually(async () => assert.match(await told(page), pattern));
}

/** @returns {Promise<string>} what has the focus: the classes of the element, or its name. */
export function focus(page) {
  return page.evaluate(() => document.activeElement.className || document.activeElement.localName);
}

/**
 * Answer certain requests of a page instead of the API.
 *
 * @param {import("playwright-core").Page} page - the page.
 * @param {string} method - which requests.
 * @param {object|"abort"} answer - `status`, `json`, `headers`; or no answer at all.
 */
export async function answerInstead(page, method, answer) {
  await page.route(/\/todos(\/|$)/, (route) => {
    if (route.request().method() !== method) {
      return route.fallback();
    }
    if (answer === "abort") {
      return route.abort("connectionrefused");
    }
    return route.fulfill({
      ...answer,
      headers: { "access-control-allow-origin": "*", "access-control-expose-headers": "*", ...answer.headers },
    });
  });
}
