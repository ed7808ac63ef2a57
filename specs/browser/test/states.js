import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "mocha";
import { add, answerInstead, becomes, close, edit, fresh, given, row, tells, titles } from "../support/page.js";
import { shot } from "../support/screenshots.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const ITEMS = ["Read the Makefile", { title: "Run the tests", completed: true }, "Say 👋 to κόσμε, release"];

/** What a page can look like: how it comes to that, and on which window where it is another. */
const states = {
  empty: { items: [] },
  items: {},
  "all-completed": { items: [{ title: "Run the tests", completed: true }] },
  editing: {
    async reach(page) {
      await (await edit(page, "Read the Makefile")).fill("Read the Makefile again");
    },
  },
  active: { path: "/#/active", shown: 2 },
  completed: { path: "/#/completed", shown: 1 },
  focus: {
    reach: (page) => row(page, "Read the Makefile").locator(".title").focus(),
  },
  "error-unreachable": {
    async reach(page) {
      await answerInstead(page, "POST", "abort");
      await add(page, "Do not lose me");
      await tells(page, /Do not lose me/);
    },
  },
  "error-refused": {
    async reach(page) {
      await add(page, "long ".repeat(60));
      await tells(page, /400/);
    },
  },
  "error-editing": {
    async reach(page) {
      const field = await edit(page, "Read the Makefile");
      await field.fill("long ".repeat(60));
      await field.press("Enter");
      await tells(page, /400/);
    },
  },
  "error-address": {
    async reach(page) {
      await page.getByLabel("Address of the API").fill("localhost:8000/todos");
      await page.getByRole("button", { name: "Use" }).click();
      await tells(page, /begins with/);
    },
  },
  "error-gone": {
    async reach(page) {
      await given();
      await row(page, "Read the Makefile").locator(".toggle").click();
      await tells(page, /somebody else/);
    },
  },
  long: { items: ["w".repeat(256), "many words ".repeat(23).trim(), "short"] },
  narrow: { viewport: { width: 320, height: 640 } },
  "narrow-long": {
    viewport: { width: 320, height: 640 },
    items: ["w".repeat(256), { title: "Run the tests", completed: true }],
  },
  "narrow-error": {
    viewport: { width: 320, height: 640 },
    async reach(page) {
      await add(page, "w".repeat(257));
      await tells(page, /400/);
    },
  },
  "forced-colours": { forcedColors: "active" },
  "large-text": { viewport: { width: 400, height: 350 }, deviceScaleFactor: 2 },
};

const viewport = { width: 800, height: 700 };

describe("State", () => {
  let page;
  after(() => close(page));

  for (const [
    name,
    { items = ITEMS, shown = items.length, reach = async () => {}, path, ...options },
  ] of Object.entries(states)) {
    describe(name, () => {
      before(async () => {
        // Sharper pictures take a browser of their own; the rest can be changed while it is open.
        if (options.deviceScaleFactor) {
          await close(page);
        }
        page = await fresh(page, items, {
          path,
          trouble: /Failed to load resource/,
          reducedMotion: "reduce",
          ...options,
        });
        await page.setViewportSize(options.viewport ?? viewport);
        await page.emulateMedia({ forcedColors: options.forcedColors ?? null });
        await becomes(async () => (await titles(page)).length, shown);
        await reach(page);
        await shot(page, name);
      });

      it("is accessible to people with disabilities, as far as a program can tell", async () => {
        if (!(await page.evaluate(() => "axe" in globalThis))) {
          await page.evaluate(axe);
        }
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        assert.deepEqual(found, []);
      });

      it("needs no scrolling to the side", async () => {
        const [content, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(content <= window, `expected at most ${window} pixels, found ${content}`);
      });
    });
  }
});
