import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { listed, send, sendRaw } from "../support/api.js";
import { claimError } from "../support/claims.js";

const LIMIT = 1024 * 1024; // bytes of a body
const JSON_TYPE = { "Content-Type": "application/json" };
const TOO_LARGE = JSON.stringify({ title: "x".repeat(LIMIT) });
const LONG = "x".repeat(40_000);

/** One refusal of nginx for each status. 502 and 503 take a stopped application: tests/e2e has them. */
const errors = {
  "a Host that is no host @smoke": [400, () => sendRaw("GET", "/todos", { headers: { Host: "no host at all" } })],
  "a path with a NUL character @smoke": [400, () => send("GET", "/todos/1%00")],
  "a static file that does not exist @smoke": [404, () => send("GET", "/static/nowhere.css")],
  "a method that nginx refuses": [405, () => sendRaw("TRACE", "/todos")],
  "a body over 1 MiB": [413, () => send("POST", "/todos", { body: TOO_LARGE, headers: JSON_TYPE })],
  "an address that is too long": [414, () => send("GET", `/todos?${LONG}`)],
  "a header that is too large": [431, () => send("GET", "/todos", { headers: { "X-Long": LONG } })],
  "an unknown transfer coding": [501, () => sendRaw("POST", "/todos", { headers: { "Transfer-Encoding": "gzip" } })],
};

describe("Errors of the proxy", () => {
  for (const [name, [status, request]] of Object.entries(errors)) {
    claimError(name, status, request);
  }

  describe("a method that nginx refuses", () => {
    const allowed = {
      "/todos": ["delete", "get", "head", "options", "post"],
      "/todos/1": ["delete", "get", "head", "options", "patch", "put"],
      "/static/nowhere.css": ["get", "head"],
    };
    for (const [path, methods] of Object.entries(allowed)) {
      it(`returns the allowed ones (${path})`, async () => {
        assert.deepEqual(listed(await sendRaw("TRACE", path), "allow"), methods);
      });
    }
  });

  describe("a body over 1 MiB in chunks, without a Content-Length", () => {
    it("returns 413", async () => {
      const body = new Blob([TOO_LARGE]).stream();
      assert.equal((await send("POST", "/todos", { body, duplex: "half", headers: JSON_TYPE })).status, 413);
    });
  });

  describe("a body of just under 1 MiB", () => {
    it("reaches the application, which refuses the title", async () => {
      const { data } = await send("POST", "/todos", { json: { title: "x".repeat(LIMIT - 100) } });
      assert.deepEqual(Object.keys(data), ["title"]);
    });
  });
});
