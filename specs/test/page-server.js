import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { sendRaw } from "../support/api.js";

const at = process.env.PAGE_URL || "http://localhost:3000";

const get = (path, headers) => sendRaw("GET", path, { at, headers });

describe("Page's server", () => {
  const types = {
    "/": "text/html",
    "/style.css": "text/css",
    "/icon.svg": "image/svg+xml",
    "/js/main.js": "application/javascript",
    "/config.json": "application/json",
  };
  for (const [path, type] of Object.entries(types)) {
    it(`returns ${path} as ${type}`, async () => {
      const { status, headers } = await get(path);
      assert.deepEqual([status, headers.get("content-type")], [200, `${type}; charset=utf-8`]);
    });
  }

  for (const path of ["/package.json", "/js/", "/../etc/passwd", "/.git/config"]) {
    it(`does not return ${path}`, async () => {
      const { status } = await get(path);
      assert.ok([400, 404].includes(status), `expected 404 (or 400), found ${status}`);
    });
  }

  it("links the start where a path does not exist", async () => {
    assert.match((await get("/nowhere")).text, /<a href="\/">/);
  });

  it("refuses to POST", async () => {
    assert.equal((await sendRaw("POST", "/", { at })).status, 405);
  });

  describe("a file that the browser has", () => {
    let headers;
    before(async () => {
      ({ headers } = await get("/js/main.js"));
    });

    it("is asked for again each time", () => {
      assert.equal(headers.get("cache-control"), "no-cache");
    });

    it("is not sent again while it is the same", async () => {
      const { status } = await get("/js/main.js", { "If-None-Match": headers.get("etag") });
      assert.equal(status, 304);
    });

    it("is compressed, and caches know", async () => {
      const compressed = (await get("/js/main.js", { "Accept-Encoding": "gzip" })).headers;
      assert.deepEqual([compressed.get("content-encoding"), compressed.get("vary")], ["gzip", "Accept-Encoding"]);
    });
  });

  for (const path of ["/", "/nowhere"]) {
    describe(`the headers of ${path}`, () => {
      let headers;
      before(async () => {
        ({ headers } = await get(path));
      });

      it("allow the page's own code and no other", () => {
        const policy = headers.get("content-security-policy").split("; ");
        assert.deepEqual(policy.slice(0, 3), ["default-src 'none'", "script-src 'self'", "style-src 'self'"]);
      });

      it("allow requests to any API", () => {
        assert.match(headers.get("content-security-policy"), /; connect-src 'self' http: https:;/);
      });

      it("forbid to guess the type, keep the address private and name no version", () => {
        const found = ["x-content-type-options", "referrer-policy", "server"].map((name) => headers.get(name));
        assert.deepEqual(found, ["nosniff", "no-referrer", "nginx"]);
      });
    });
  }
});
