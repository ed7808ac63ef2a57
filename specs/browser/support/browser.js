/** The browser, and what it must not do behind anybody's back. */
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { sentence } from "../../support/sentence.js";

const { PAGE_URL, API_URL, PAGE_HOST, API_HOST } = process.env;

/** The page's origin, as a person has it in the address bar. */
export const pageOrigin = PAGE_URL ?? "http://localhost:3000";

/** The list's address, as the page calls it: another origin. */
export const api = API_URL ?? "http://localhost:8000/todos";

/** Everything that went wrong in any page of the whole run, unless its spec had announced it. */
export const incidents = [];

let failures = 0;

/** The pages a spec failed with: nobody knows what they are like. */
const spoilt = new WeakSet();

/** A spec has failed. */
export function failed() {
  failures += 1;
  for (const page of open.keys()) {
    spoilt.add(page);
  }
}

/** @returns {boolean} whether a spec has failed since this page was opened. */
export function isSpoilt(page) {
  return spoilt.has(page);
}

/**
 * How long to wait for what is expected. A page that is broken breaks many specs: after a few have waited in vain, the
 * others need not wait as long.
 *
 * @returns {number} milliseconds.
 */
export function patience() {
  return failures < 5 ? 10_000 : 1_000;
}

/** The requests of each page that have no answer yet. */
const open = new Map();

let browser;
let spec;

/** @param {string} name - the spec that runs now: what goes wrong is noted with it. */
export function during(name) {
  spec = name;
}

/** Lead a person's own addresses to the services that answer them, and every other name nowhere. */
function hostRules() {
  if (!PAGE_HOST || !API_HOST) {
    return [];
  }
  const rules = [
    `MAP ${new URL(pageOrigin).host} ${PAGE_HOST}`,
    `MAP ${new URL(api).host} ${API_HOST}`,
    "MAP * ~NOTFOUND",
  ];
  return [`--host-resolver-rules=${rules.join(", ")}`];
}

/** Wait until what the pages sent has been answered: what is still on its way would fall into the next spec. */
export async function quiet() {
  const number = () => [...open.values()].reduce((sum, { size }) => sum + size, 0);
  for (const deadline = Date.now() + 2_000; number() > 0 && Date.now() < deadline; ) {
    await sleep(10);
  }
}

/** Start the browser, with an empty profile. */
export async function start() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell";
  try {
    browser = await chromium.launch({
      executablePath,
      args: [
        ...hostRules(),
        // Its sandbox is made of user namespaces, which the engine's own seccomp profile refuses. The container holds it
        // instead: a user of its own, no capability, no way to new ones; and it opens our own page only.
        "--no-sandbox",
        // It asks for nothing that the page did not ask for.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
      ],
    });
  } catch (error) {
    throw sentence(`expected ${executablePath} to start, found: ${error.message}. CHROMIUM names another one.`);
  }
}

/** End the browser. */
export async function stop() {
  await browser?.close();
}

/**
 * A browser of its own, to the pages in it: no storage, no history.
 *
 * @param {object} [options] - Playwright's for a context, and `trouble`: what this spec provokes, as a pattern of
 *   incidents that are expected of it.
 * @returns {Promise<import("playwright-core").Page>} its first page, still empty.
 */
export async function newPage({ trouble, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options });
  context.setDefaultTimeout(patience());
  const note = (text) => {
    if (!trouble?.test(text)) {
      incidents.push(`${text} (during: ${spec})`);
    }
  };
  const ours = [pageOrigin, new URL(api).origin];
  context.on("weberror", (error) => note(`uncaught: ${error.error().message}`));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      note(`console: ${message.text()} ${message.location().url}`);
    }
  });
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !ours.includes(origin)) {
      note(`request: ${request.url()}`);
    }
  });
  const page = await context.newPage();
  const requests = new Set();
  open.set(page, requests);
  // With the context, as all of the above: what listens to a page itself is a spec's, and ends with it.
  context.on("request", (request) => requests.add(request));
  context.on("requestfinished", (request) => requests.delete(request));
  context.on("requestfailed", (request) => requests.delete(request));
  // Of what a page that is left had asked for, the end is not always told.
  page.on("framenavigated", () => requests.clear());
  page.on("close", () => open.delete(page));
  return page;
}
