import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, send } from "../support/api.js";

describe("Schema", () => {
  describe("for a client @smoke", () => {
    let response;
    before(async () => {
      response = await send("GET", "/schema", { headers: { Accept: "application/json" } });
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is OpenAPI 3", () => {
      assert.match(response.data.openapi, /^3\./);
    });

    it("has the list and the item", () => {
      assert.deepEqual(Object.keys(response.data.paths).sort(), ["/todos", "/todos/{id}"]);
    });
  });

  describe("as a page @smoke", () => {
    let response;
    let files;
    before(async () => {
      response = await send("GET", "/docs", { headers: { Accept: "text/html" } });
      const addresses = [...response.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, value]) => new URL(value, base));
      files = await Promise.all(addresses.map(async (url) => ({ url, answer: await send("GET", url) })));
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is HTML", () => {
      assert.match(response.headers.get("content-type"), /^text\/html\b/);
    });

    it("asks no other host for its files", () => {
      assert.ok(files.length >= 4, `expected styles, scripts and an icon, found ${files.length} files`);
      assert.deepEqual(
        files.filter(({ url }) => url.origin !== base).map(({ url }) => url.href),
        [],
      );
    });

    it("has files that can be fetched", () => {
      for (const { url, answer } of files) {
        assert.equal(answer.status, 200, `${url} answered ${answer.status}`);
      }
    });
  });
});
