import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { listed, send, sendRaw } from "../support/api.js";

/** A response of each layer, and an error of each. */
const responses = {
  "the list": "/todos",
  "a web page": "/docs",
  "an error of the application": "/todos/0",
  "an error of the proxy": "/static/nowhere.css",
};

describe("Headers", () => {
  for (const [name, path] of Object.entries(responses)) {
    describe(`of ${name}`, () => {
      let headers;
      before(async () => {
        ({ headers } = await send("GET", path));
      });

      it("have a request id of their own", async () => {
        const { headers: others } = await send("GET", path);
        assert.match(headers.get("x-request-id"), /^[0-9a-f]{32}$/);
        assert.notEqual(headers.get("x-request-id"), others.get("x-request-id"));
      });

      it("forbid to guess the type", () => {
        assert.equal(headers.get("x-content-type-options"), "nosniff");
      });

      it("name no version", () => {
        assert.equal(headers.get("server"), "nginx");
      });
    });
  }

  describe("of a response of the application", () => {
    const requests = {
      200: ["GET", "/todos"],
      204: ["DELETE", "/todos"],
      404: ["GET", "/todos/0"],
    };
    for (const [status, request] of Object.entries(requests)) {
      it(`forbid caches to keep it (${status})`, async () => {
        assert.equal((await send(...request)).headers.get("cache-control"), "no-store");
      });
    }
  });

  describe("of a static file", () => {
    let headers;
    before(async () => {
      const [, path] = /href="(\/static\/[^"]+\.css)"/.exec((await send("GET", "/docs")).text);
      ({ headers } = await sendRaw("GET", path, { headers: { "Accept-Encoding": "gzip" } }));
    });

    it("let caches keep it: its name changes with its content", () => {
      assert.match(headers.get("cache-control"), /\bimmutable\b/);
    });

    it("tell caches that it is compressed for some clients alone", () => {
      assert.equal(headers.get("content-encoding"), "gzip");
      assert.ok(listed({ headers }, "vary").includes("accept-encoding"), `found Vary: ${headers.get("vary")}`);
    });
  });
});
