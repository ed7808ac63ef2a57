/** Claims that several specs make in the same words. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, send } from "./api.js";

/** Claim what holds for every error, whichever layer responds. `request` sends what `name` says. */
export function claimError(name, status, request) {
  describe(name, () => {
    let response;
    before(async () => {
      response = await request();
    });

    it(`returns ${status}`, () => {
      assert.equal(response.status, status);
    });

    it("is a JSON object", () => {
      assert.match(response.headers.get("content-type"), /^application\/json\b/);
      assert.equal(Object.getPrototypeOf(response.data), Object.prototype);
    });

    it("can be read by any origin", () => {
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
    });
  });
}

/** Claim that a path is a web page which needs no other host. */
export function claimWebPage(path) {
  let page;
  let files;
  before(async () => {
    page = await send("GET", path, { headers: { Accept: "text/html,*/*;q=0.8" } });
    const links = page.text.matchAll(/<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+)"/g);
    files = [...links].map(([, url]) => new URL(url, base));
  });

  it("is HTML", () => {
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type"), /^text\/html\b/);
  });

  it("loads its files from this service", async () => {
    assert.ok(files.length > 0, "expected styles or scripts, found none");
    for (const url of files) {
      assert.equal(url.origin, base);
      assert.equal((await send("GET", url)).status, 200, url.href);
    }
  });
}
