/** Playwright's `test` with the page, a stand-in of the API, and a watch over what must not happen in any test. */
import { test as base, expect } from "@playwright/test";
import { api, pageOrigin } from "./addresses.js";
import { FakeApi, FakeServer, OTHER } from "./fake-api.js";
import { TodoPage } from "./todo-page.js";

export { done, OTHER, UNAVAILABLE } from "./fake-api.js";
export { expect };

/** What Chromium itself logs for an error status, or for no response. */
export const FAILED_REQUEST = /^console: Failed to load resource/;

const { PAGE_HOST, API_HOST } = process.env;
/** As Chromium sends it in the header Host: without the default port. */
const host = (address) => new URL(address).host;
/** As a rule needs it: without a port, the rule would be for every port. */
const hostAndPort = (address) => {
  const { hostname, port } = new URL(address);
  return `${hostname}:${port || 80}`;
};
/** Where the page's requests may go. */
const ORIGINS = [pageOrigin, api, OTHER].map((address) => new URL(address).origin);

/** Note what must not happen: uncaught errors, console errors (breaches of the Content Security Policy too), requests elsewhere. */
function watch(context, incidents) {
  context.on("weberror", (error) => incidents.push(`uncaught: ${error.error().message}`));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      incidents.push(`console: ${message.text()}`);
    }
  });
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !ORIGINS.includes(origin)) {
      incidents.push(`request: ${request.url()}`);
    }
  });
}

export const test = base.extend({
  /** Whether the page gets the release's own API, not a stand-in. */
  realApi: [false, { option: true, scope: "worker" }],

  server: [
    async ({ browserName: _browserName }, use) => {
      const server = new FakeServer();
      await server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  /** Map the user's own addresses to what answers them. In the image every other name leads nowhere. */
  launchOptions: [
    async ({ launchOptions, realApi, server }, use) => {
      const apiHost = realApi ? API_HOST : server.host;
      const rules = [
        PAGE_HOST && `MAP ${hostAndPort(pageOrigin)} ${PAGE_HOST}`,
        apiHost && `MAP ${hostAndPort(api)} ${apiHost}`,
        `MAP ${hostAndPort(OTHER)} ${server.host}`,
        PAGE_HOST && "MAP * ~NOTFOUND",
      ];
      const args = [...launchOptions.args, `--host-resolver-rules=${rules.filter(Boolean).join(", ")}`];
      await use({ ...launchOptions, args });
    },
    { scope: "worker" },
  ],

  /**
   * The worker's context and page. They are used for one test after another: a new context for each test made the suite
   * take a quarter longer (64 s, 51 s). The page keeps nothing between two visits: no storage, no cookies.
   */
  kept: [
    async ({ browser: _browser }, use) => {
      const kept = { incidents: [] };
      await use(kept);
      await kept.context?.close();
    },
    { scope: "worker" },
  ],

  /** Whether a test changes what a page cannot undo: its clock, its window, its media. The next test gets a new context. */
  spendsPage: [false, { option: true }],

  context: async ({ browser, kept }, use) => {
    if (!kept.context) {
      kept.context = await browser.newContext();
      watch(kept.context, kept.incidents);
    }
    await use(kept.context);
  },

  page: async ({ context, kept, spendsPage }, use) => {
    kept.page ??= await context.newPage();
    await use(kept.page);
    if (spendsPage || kept.clockStopped) {
      await context.close();
      Object.assign(kept, { context: undefined, page: undefined, clockStopped: false });
    } else {
      await kept.page.unrouteAll({ behavior: "ignoreErrors" });
      await kept.page.goto("about:blank");
    }
  },

  /** A pattern of the incidents that a test provokes. */
  provokes: [undefined, { option: true }],

  /** What must not happen in any test. */
  incidents: [
    async ({ kept, page: _page, provokes }, use) => {
      kept.incidents.length = 0;
      await use(kept.incidents);
      expect(kept.incidents.filter((incident) => !provokes?.test(incident))).toEqual([]);
    },
    { auto: true },
  ],

  /** The stand-in of the API, with an empty list. */
  api: async ({ kept, page, server }, use) => {
    const standIn = new FakeApi(page);
    server.apis = new Map([[host(api), standIn]]);
    await use(standIn);
    kept.clockStopped = standIn.clockStopped;
  },

  /** A second stand-in, at another address. */
  other: async ({ page, server }, use) => {
    const standIn = new FakeApi(page, OTHER);
    server.apis.set(host(OTHER), standIn);
    await use(standIn);
    server.apis.delete(host(OTHER));
  },

  /** The page; it cannot reach the real list. */
  todos: ({ api: _api, page }, use) => use(new TodoPage(page)),
});
