/** The real list, for tests that run one at a time: empty before and after each. */
import { expect } from "@playwright/test";
import { service } from "./addresses.js";
import { test as base } from "./test.js";
import { TodoPage } from "./todo-page.js";

export const test = base.extend({
  /** The page with the real list. */
  todos: ({ page }, use) => use(new TodoPage(page)),

  service: [
    async ({ request }, use) => {
      const send = async (method, path, data) => {
        const response = await request.fetch(`${service}${path}`, { method, data });
        expect(response.ok(), `${method} ${path}: ${response.status()}`).toBe(true);
        return response;
      };
      await send("DELETE", "/todos");
      await use({
        /** Create items; returns their paths. */
        async has(...items) {
          const paths = [];
          for (const item of items) {
            const created = await send("POST", "/todos", typeof item === "string" ? { title: item } : item);
            paths.push(new URL((await created.json()).url).pathname);
          }
          return paths;
        },
        items: async () => (await send("GET", "/todos")).json(),
        titles: async () => (await (await send("GET", "/todos")).json()).map(({ title }) => title),
        send,
      });
      await send("DELETE", "/todos");
    },
    { auto: true },
  ],
});
