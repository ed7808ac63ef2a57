/** What the page can look like. Each state is checked for accessibility, fits its window, and gets a picture. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, done, expect, FAILED_REQUEST, UNAVAILABLE } from "../support/test.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ITEMS = ["Read the Makefile", done("Run the tests"), "Say 👋 to κόσμε, release"];
const FIRST = ITEMS[0];
const LONG = ["w".repeat(256), "many words ".repeat(23).trim(), done("short")];

/** The pictures, in the order of the report. */
const PICTURES = [
  ...["empty", "items", "all-completed", "focus", "editing", "active", "completed", "waiting"],
  ...["error-unreachable", "error-editing", "error-address", "long", "narrow", "narrow-error"],
  ...["forced-colours", "large-text"],
];

const test = base.extend({
  check: async ({ page }, use) => {
    await use(async (name) => {
      const number = String(PICTURES.indexOf(name) + 1).padStart(2, "0");
      // caret: hiding it takes a style sheet in the page, which its Content Security Policy forbids.
      await page.screenshot({
        path: `../../reports/screenshots/${number}-${name}.png`,
        fullPage: true,
        caret: "initial",
      });
      if (!(await page.evaluate(() => "axe" in globalThis))) {
        await page.evaluate(AXE);
      }
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect.soft(found, name).toEqual([]);
      const [content, window] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect.soft(content, `the width of ${name}`).toBeLessThanOrEqual(window);
    });
  },
});
test.use({ provokes: FAILED_REQUEST, spendsPage: true });

test("the list is accessible: empty, with items, focused, edited, filtered, completed", async ({
  api,
  check,
  todos,
}) => {
  await todos.open();
  await check("empty");
  api.has(...ITEMS);
  await todos.leaveAndReturn();
  await expect(todos.rows).toHaveCount(3);
  await check("items");
  await todos.title(FIRST).focus();
  await check("focus");
  await todos.title(FIRST).dblclick();
  await todos.edits.fill(`${FIRST} again`);
  await check("editing");
  await todos.edits.press("Escape");
  await todos.filter("Active").click();
  await check("active");
  await todos.filter("Completed").click();
  await check("completed");
  await todos.filter("All").click();
  api.has(...ITEMS.filter(({ completed }) => completed));
  await todos.leaveAndReturn();
  await expect(todos.toggleAll).toBeChecked();
  await check("all-completed");
});

test("a row whose request is open is accessible", async ({ api, check, page, todos }) => {
  api.has(...ITEMS);
  await todos.open();
  await api.hold("PATCH");
  await todos.checkbox(FIRST).click();
  await expect(todos.row(FIRST)).toHaveAttribute("aria-busy", "true");
  await page.clock.resume(); // axe needs it
  await check("waiting");
});

test("errors are accessible", async ({ api, check, page, todos }) => {
  api.has(...ITEMS);
  await todos.open();
  api.respond("POST", "abort");
  await todos.add("Do not lose me");
  await expect(todos.error).toHaveText(/Do not lose me/);
  await check("error-unreachable");
  await page.getByRole("button", { name: "Dismiss" }).click();
  api.respond("PATCH", UNAVAILABLE);
  await todos.edit(FIRST, `${FIRST} again`);
  await expect(todos.error).toHaveText(/503/);
  await check("error-editing");
  await todos.edits.press("Escape");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await todos.use("localhost:8000/todos");
  await expect(todos.error).toHaveText(/begins with/);
  await check("error-address");
});

test("the page is accessible with long titles, in a small window, with large text", async ({
  api,
  check,
  page,
  todos,
}) => {
  api.has(...LONG);
  await todos.open();
  await check("long");
  await page.setViewportSize({ width: 400, height: 350 }); // 800 x 700 at 200 %
  await check("large-text");
  await page.setViewportSize({ width: 320, height: 640 });
  await check("narrow");
  api.respond("POST", "abort");
  await todos.add("w".repeat(257));
  await expect(todos.error).toHaveText(/not added/);
  await check("narrow-error");
});

test("the page is accessible in forced colours", async ({ api, check, page, todos }) => {
  await page.emulateMedia({ forcedColors: "active" });
  api.has(...ITEMS);
  await todos.open();
  await check("forced-colours");
});
