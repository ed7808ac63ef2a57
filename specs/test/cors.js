import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, listed, origin, send } from "../support/api.js";

const METHODS = ["delete", "get", "options", "patch", "post", "put"];

/** A browser asks the first way before a request that is not simple; a person with curl asks the second. */
const questions = {
  "a preflight": {
    Origin: origin,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "content-type",
  },
  "OPTIONS with an Origin alone": { Origin: origin },
};

describe("CORS", () => {
  for (const [name, headers] of Object.entries(questions)) {
    for (const path of ["/todos", "/todos/1", "/"]) {
      describe(`${name} of ${path} @smoke`, () => {
        let response;
        before(async () => {
          response = await send("OPTIONS", path, { headers });
        });

        it("allows any origin", () => {
          assert.equal(response.headers.get("access-control-allow-origin"), "*");
        });

        it("allows every method of the service", () => {
          const allowed = listed(response, "access-control-allow-methods");
          assert.deepEqual(
            METHODS.filter((method) => !allowed.includes(method)),
            [],
          );
        });

        it("allows the header Content-Type", () => {
          const allowed = listed(response, "access-control-allow-headers");
          assert.ok(allowed.includes("content-type"), `found only ${allowed}`);
        });
      });
    }
  }

  describe("a preflight @smoke", () => {
    it("answers 200 or 204, as browsers require", async () => {
      const { status } = await send("OPTIONS", "/todos", { headers: questions["a preflight"] });
      assert.ok([200, 204].includes(status), `expected 200 or 204, found ${status}`);
    });
  });

  describe("a request from another origin @smoke", () => {
    it("may be read by that origin", async () => {
      const { headers } = await send("GET", "/todos", { headers: { Origin: origin } });
      assert.equal(headers.get("access-control-allow-origin"), "*");
    });
  });

  describe("an item created from another origin", () => {
    let response;
    before(async () => {
      response = await send("POST", "/todos", { json: {}, headers: { Origin: origin } });
    });

    it("may be read by that origin", () => {
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
    });

    it("shows Location to that origin's scripts", () => {
      assert.ok(listed(response, "access-control-expose-headers").includes("location"));
    });
  });

  describe("a page of the list", () => {
    it("shows Link to that origin's scripts", async () => {
      const response = await send("GET", "/todos?limit=1", { headers: { Origin: origin } });
      assert.ok(listed(response, "access-control-expose-headers").includes("link"));
    });
  });

  describe("an item changed and deleted from another origin", () => {
    for (const [method, json] of [
      ["PUT", {}],
      ["PATCH", {}],
      ["DELETE", undefined],
    ]) {
      it(`lets that origin read the answer to ${method}`, async () => {
        const item = await create();
        const { headers } = await send(method, item.url, { json, headers: { Origin: origin } });
        assert.equal(headers.get("access-control-allow-origin"), "*");
      });
    }
  });
});
