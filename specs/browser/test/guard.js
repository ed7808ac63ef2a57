/** The watch of support/test.js sees what it is there for. */
import { expect, test } from "../support/test.js";

test.beforeEach(({ todos, api }) => {
  api.has("one");
  return todos.open();
});

test.describe("Content Security Policy", () => {
  test.use({ provokes: /Content Security Policy/ });

  test("a breach is blocked and noticed", async ({ incidents, page }) => {
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken'";
      document.body.append(script);
    });
    await expect.poll(() => incidents.join("\n")).toMatch(/Content Security Policy/);
    await expect(page).toHaveTitle("todos");
  });
});

test.describe("script", () => {
  test.use({ provokes: /elsewhere\.invalid|Failed to load|uncaught: on purpose/ });

  test("an uncaught error and a request to another origin are noticed", async ({ incidents, page }) => {
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error("on purpose");
      });
      return fetch("http://elsewhere.invalid/").catch(() => {});
    });
    await expect.poll(() => incidents.join("\n")).toMatch(/uncaught: on purpose/);
    expect(incidents.join("\n")).toMatch(/request: http:\/\/elsewhere\.invalid/);
  });
});
