import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, send } from "../support/api.js";

describe("API root", () => {
  describe("for a client @smoke", () => {
    let response;
    before(async () => {
      response = await send("GET", "/");
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is JSON", () => {
      assert.match(response.headers.get("content-type"), /^application\/json\b/);
    });

    it("leads to the list", () => {
      assert.equal(response.data.todos, `${base}/todos`);
    });
  });

  describe("in a browser @smoke", () => {
    let response;
    let sheets;
    before(async () => {
      response = await send("GET", "/", { headers: { Accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" } });
      const elements = response.text.match(/<link\b[^>]*\brel="stylesheet"[^>]*>/g) ?? [];
      const addresses = elements.map((element) => new URL(/href="([^"]+)"/.exec(element)[1], base));
      sheets = await Promise.all(addresses.map(async (url) => ({ url, answer: await send("GET", url) })));
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is HTML", () => {
      assert.match(response.headers.get("content-type"), /^text\/html\b/);
    });

    it("names the service", () => {
      assert.match(response.text, /<title>[^<]*\S[^<]*<\/title>/);
    });

    it("links its stylesheets under /static/", () => {
      assert.ok(sheets.length > 0, "expected at least one stylesheet, found none");
      assert.deepEqual(
        sheets
          .filter(({ url }) => url.origin !== base || !url.pathname.startsWith("/static/"))
          .map(({ url }) => url.href),
        [],
      );
    });

    it("has stylesheets that can be fetched", () => {
      for (const { url, answer } of sheets) {
        assert.equal(answer.status, 200, `${url} answered ${answer.status}`);
      }
    });

    it("has stylesheets of type text/css", () => {
      for (const { answer } of sheets) {
        assert.match(answer.headers.get("content-type"), /^text\/css\b/);
      }
    });
  });
});
