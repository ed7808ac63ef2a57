/** The words the specs are written in: a page with these items, what stands on it, what a person does. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { create, emptyList, send } from "../../support/api.js";
import { api, isSpoilt, newPage, pageOrigin, patience, quiet } from "./browser.js";

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

/** Not yet. An assertion each time would write a comparison, which takes longer than the page takes to change. */
const DIFFERENT = new Error("different");

/**
 * Claim that something becomes equal.
 *
 * @param {() => Promise<any>} read - what stands on the page, or in the API.
 * @param {any} expected - what it must become.
 */
export async function becomes(read, expected) {
  let found;
  try {
    await eventually(async () => {
      found = await read();
      if (!isDeepStrictEqual(found, expected)) {
        throw DIFFERENT;
      }
    });
  } catch (error) {
    if (error !== DIFFERENT) {
      throw error;
    }
    assert.deepEqual(found, expected);
  }
}

/**
 * Let the API have these items, and no others. Where it has them already, they are left.
 *
 * @param {...(string|object)} items - titles, or fields.
 * @returns {Promise<object[]>} the items.
 */
export async function given(...items) {
  await quiet();
  const wanted = items.map((item) => (typeof item === "string" ? { title: item } : item));
  const present = await kept();
  const fields = present.map(({ url, ...rest }) => rest);
  if (
    isDeepStrictEqual(
      fields,
      wanted.map((item) => ({ completed: false, order: null, ...item })),
    )
  ) {
    return present;
  }
  await emptyList();
  const made = [];
  for (const item of wanted) {
    made.push(await create(item));
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
 * Wait until the page says that it shows what the API has: it does so in words, for who does not see it. In the page
 * itself, since asking it again and again would keep it from loading.
 */
function shows(page, limit = patience()) {
  return page.evaluate(
    (milliseconds) =>
      new Promise((resolve, reject) => {
        const observer = new MutationObserver(look);
        function look() {
          if (document.querySelector("[role=status]")?.textContent) {
            observer.disconnect();
            resolve();
          }
        }
        observer.observe(document, { childList: true, subtree: true, characterData: true });
        setTimeout(() => reject(new Error("expected the page to show the list, found that it does not")), milliseconds);
        look();
      }),
    limit,
  );
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
  // Not for the load event: what counts is what stands on the page, and that is waited for next.
  await page.goto(`${pageOrigin}${path}`, { waitUntil: "commit" });
  await shows(page);
  return page;
}

/**
 * Leave behind what a spec did with a page: its routes and listeners, its open edit field.
 *
 * @returns {Promise<boolean>} whether the page is fit for the next spec; else it wants a new one.
 */
async function leave(page) {
  if (page.isClosed() || isSpoilt(page)) {
    return false;
  }
  await page.unrouteAll();
  page.removeAllListeners("request");
  page.removeAllListeners("response");
  await quiet();
  return page.evaluate(() => {
    for (const field of document.querySelectorAll(".editing .edit")) {
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    }
    return Boolean(document.querySelector(".address")) && !document.querySelector(".editing, [aria-busy=true]");
  });
}

/** Whether pages are brought back; one that cannot be will not learn it, and to try takes time. */
let renewable = true;

/**
 * Bring a page back to its first address, and let it show the list from the beginning: by its own form, as if another
 * list were asked for.
 *
 * @returns {Promise<boolean>} whether it is as a new one: no problem told, no field open, nothing typed.
 */
async function renewed(page, path = "/") {
  const [search, hash] = path.split("#");
  const address = `${search}?${new URLSearchParams({ api })}${hash ? `#${hash}` : ""}`;
  try {
    await page.evaluate(
      ([here, list]) => {
        history.replaceState(null, "", here);
        document.querySelector("[role=status]").textContent = "";
        document.querySelector(".new-todo").value = "";
        document.querySelector("#address").value = list;
        document.querySelector(".address").requestSubmit();
        document.querySelector(".new-todo").focus();
      },
      [address, api],
    );
    await shows(page, Math.min(patience(), 5_000));
    renewable = page.url() === `${pageOrigin}${address}` && (await page.locator(".problem, .editing").count()) === 0;
  } catch {
    renewable = false;
  }
  return renewable;
}

/**
 * A page as it is when it is opened, on a list of these items. To load it each time would take most of the run, so it is
 * the one of the spec before, renewed. Where that spec failed or left what cannot be renewed, it is another page, in a
 * browser of its own.
 *
 * @param {import("playwright-core").Page|undefined} page - the one of the spec before, opened with the same options.
 * @param {(string|object)[]} items - as for given.
 * @param {object} [options] - as for open.
 * @returns {Promise<import("playwright-core").Page>} the page.
 */
export async function fresh(page, items, options = {}) {
  const fit = page && renewable && (await leave(page));
  if (!fit) {
    await close(page);
    await given(...items);
    return open(options);
  }
  // The mouse goes where it is on a new page: not over a row.
  await Promise.all([given(...items), page.mouse.move(0, 0)]);
  await options.setUp?.(page);
  return (await renewed(page, options.path)) ? page : fresh(page, items, options);
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
 * Hold the page's requests back.
 *
 * @param {import("playwright-core").Page} page - the page.
 * @param {RegExp} [address] - which ones: those to the list.
 * @returns {Promise<() => void>} lets them go, and all that come later.
 */
export async function hold(page, address = /\/todos$/) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(address, async (route) => {
    await released;
    return route.fallback();
  });
  return release;
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
