import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { incidents, newPage, pageOrigin } from "../support/browser.js";
import { close, eventually } from "../support/page.js";

// Last by its name: it looks back on all the others.
describe("Whole run", () => {
  it("would have noticed a breach of the page's policy", async () => {
    const found = [];
    const page = await newPage({ trouble: { test: (text) => found.push(text) } });
    await page.goto(pageOrigin);
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken'";
      document.body.append(script);
    });
    await eventually(async () => assert.match(found.join("\n"), /Content Security Policy/));
    assert.equal(await page.title(), "todos");
    await close(page);
  });

  it("would have noticed a request to another host", async () => {
    const found = [];
    const page = await newPage({ trouble: { test: (text) => found.push(text) } });
    await page.goto(pageOrigin);
    await page.evaluate(() => fetch("http://elsewhere.invalid/").catch(() => {}));
    await eventually(async () => assert.match(found.join("\n"), /request: http:\/\/elsewhere\.invalid/));
    await close(page);
  });

  describe("without the trouble that was provoked", () => {
    const kinds = {
      "no error that nobody caught": /^uncaught/,
      "no complaint of the browser": /^console/,
      "no request to another host": /^request/,
    };
    let found;
    before(() => {
      found = incidents;
    });
    for (const [name, pattern] of Object.entries(kinds)) {
      it(`has ${name}`, () => {
        assert.deepEqual(
          found.filter((text) => pattern.test(text)),
          [],
        );
      });
    }
  });
});
