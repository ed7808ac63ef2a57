/** Playwright's `test` with the page, a stand-in of the API, and a watch over what must not happen in any test. */
import { test as base, expect } from "@playwright/test";
import { api, pageOrigin } from "./addresses.js";
import { FakeApi } from "./fake-api.js";
import { TodoPage } from "./todo-page.js";

export { done, UNAVAILABLE } from "./fake-api.js";
export { expect };

/** What Chromium itself logs for an error status, or for no response. */
export const FAILED_REQUEST = /^console: Failed to load resource/;

export const test = base.extend({
  /**
   * The worker's context and page. They are used for one test after another: a new context for each test made the suite
   * take a quarter longer (64 s, 51 s). The page keeps nothing between two visits: no storage, no cookies.
   */
  kept: [
    async ({ browser: _browser }, use) => {
      const kept = {};
      await use(kept);
      await kept.context?.close();
    },
    { scope: "worker" },
  ],

  /** Whether a test changes what a page cannot undo: its clock, its window, its media. The next test gets a new context. */
  spendsPage: [false, { option: true }],

  context: async ({ browser, kept }, use) => {
    kept.context ??= await browser.newContext();
    await use(kept.context);
  },

  page: async ({ context, kept, spendsPage }, use) => {
    kept.page ??= await context.newPage();
    await use(kept.page);
    if (spendsPage || kept.clockStopped) {
      await context.close();
      for (const name of Object.keys(kept)) {
        delete kept[name];
      }
    } else {
      await kept.page.unrouteAll({ behavior: "ignoreErrors" });
      await kept.page.goto("about:blank");
    }
  },

  /** A pattern of the incidents that a test provokes. */
  provokes: [undefined, { option: true }],

  /** Uncaught errors, console errors (breaches of the Content Security Policy are some), requests to other origins. */
  incidents: [
    async ({ context, provokes }, use) => {
      const incidents = [];
      const watch = {
        weberror: (error) => incidents.push(`uncaught: ${error.error().message}`),
        console: (message) => {
          if (["error", "warning"].includes(message.type())) {
            incidents.push(`console: ${message.text()}`);
          }
        },
        request: (request) => {
          const { origin, protocol } = new URL(request.url());
          if (protocol !== "data:" && ![pageOrigin, new URL(api).origin].includes(origin)) {
            incidents.push(`request: ${request.url()}`);
          }
        },
      };
      for (const [event, listener] of Object.entries(watch)) {
        context.on(event, listener);
      }
      await use(incidents);
      for (const [event, listener] of Object.entries(watch)) {
        context.off(event, listener);
      }
      expect(incidents.filter((incident) => !provokes?.test(incident))).toEqual([]);
    },
    { auto: true },
  ],

  /** The stand-in of the API, with an empty list. */
  api: async ({ kept, page }, use) => {
    const fake = new FakeApi();
    await fake.attach(page);
    await use(fake);
    kept.clockStopped = fake.clockStopped;
  },

  /** The page; it cannot reach the real list. */
  todos: ({ api: _api, page }, use) => use(new TodoPage(page)),
});
