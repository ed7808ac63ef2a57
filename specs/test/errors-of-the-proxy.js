import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { origin, send } from "../support/api.js";
import { claimError } from "../support/claims.js";

const LIMIT = 1024 * 1024; // bytes of a body
const TOO_LARGE = JSON.stringify({ title: "x".repeat(LIMIT) });

/** What nginx refuses by itself, before the application hears of it. */
const errors = {
  "a body over 1 MiB": [413, "POST", "/todos", { body: TOO_LARGE, headers: { "Content-Type": "application/json" } }],
  "a static file that is not there @smoke": [404, "GET", "/static/nowhere.css"],
  "an address too long to read": [414, "GET", `/todos?${"x".repeat(40_000)}`],
  "headers too large to read": [431, "GET", "/todos", { headers: { "X-Long": "x".repeat(40_000) } }],
};

// 502 and 503 are not here: from outside nobody can take the application or the database away.
describe("Errors of the proxy", () => {
  for (const [name, [status, method, path, options = {}]] of Object.entries(errors)) {
    describe(name, () => {
      let response;
      before(async () => {
        response = await send(method, path, { ...options, headers: { Origin: origin, ...options.headers } });
      });

      claimError(status, () => response);

      it("says why in `detail`, as the application does", () => {
        assert.equal(typeof response.data?.detail, "string");
      });
    });
  }

  describe("a body over 1 MiB sent in chunks, of no announced length", () => {
    let response;
    before(async () => {
      response = await send("POST", "/todos", {
        body: new Blob([TOO_LARGE]).stream(),
        headers: { Origin: origin, "Content-Type": "application/json" },
      });
    });

    claimError(413, () => response);
  });

  describe("a body of just under 1 MiB", () => {
    it("reaches the application, which judges the title", async () => {
      const response = await send("POST", "/todos", { json: { title: "x".repeat(LIMIT - 100) } });
      assert.equal(response.status, 400);
    });
  });
});
