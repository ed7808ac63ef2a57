import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, listed, origin, send } from "../support/api.js";

const METHODS = ["delete", "get", "options", "patch", "post", "put"];
const PREFLIGHT = { "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type" };

describe("CORS", () => {
  // Browsers send the first before a request that is not simple; people with curl send the second.
  for (const [name, path, headers] of [
    ["a preflight of an item", "/todos/1", PREFLIGHT],
    ["OPTIONS with an Origin alone", "/todos", {}],
  ]) {
    describe(`${name} @smoke`, () => {
      let response;
      before(async () => {
        response = await send("OPTIONS", path, { headers: { Origin: origin, ...headers } });
      });

      it("returns 200", () => {
        assert.equal(response.status, 200);
      });

      it("allows any origin", () => {
        assert.equal(response.headers.get("access-control-allow-origin"), "*");
      });

      it("allows every method of the service", () => {
        assert.deepEqual(listed(response, "access-control-allow-methods"), METHODS);
      });

      it("allows the header Content-Type", () => {
        const allowed = listed(response, "access-control-allow-headers");
        assert.ok(allowed.includes("content-type"), `found only ${allowed}`);
      });
    });
  }

  describe("a page of the list @smoke", () => {
    let response;
    before(async () => {
      response = await send("GET", "/todos?limit=1", { headers: { Origin: origin } });
    });

    it("can be read by any origin", () => {
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
    });

    it("sends no credentials", () => {
      assert.equal(response.headers.get("access-control-allow-credentials"), null);
    });

    it("shows the service's headers to scripts", () => {
      const exposed = listed(response, "access-control-expose-headers");
      assert.deepEqual(exposed, ["link", "location", "retry-after", "x-request-id"]);
    });
  });

  describe("a request that changes something", () => {
    for (const [method, json] of Object.entries({ POST: {}, PUT: {}, PATCH: {}, DELETE: undefined })) {
      it(`lets any origin read the response to ${method}`, async () => {
        const url = method === "POST" ? "/todos" : (await create()).url;
        const { headers } = await send(method, url, { json, headers: { Origin: origin } });
        assert.equal(headers.get("access-control-allow-origin"), "*");
      });
    }
  });
});
