import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { before, describe, it } from "mocha";
import { base, send } from "../support/api.js";

/**
 * GET as somebody who calls the service by another name; fetch always sends the Host of its address.
 *
 * @param {string} path - what to ask for.
 * @param {string} host - the Host header.
 * @returns {Promise<number>} the status.
 */
function statusAs(path, host) {
  const { get } = base.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, base), { headers: { Host: host }, timeout: 10_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer to GET ${path} with Host ${host} within 10 s`)));
    request.on("error", reject);
  });
}

describe("Health", () => {
  for (const path of ["/healthz", "/readyz"]) {
    describe(`${path} @smoke`, () => {
      let response;
      before(async () => {
        response = await send("GET", path);
      });

      it("answers 200", () => {
        assert.equal(response.status, 200);
      });

      it("is JSON", () => {
        assert.match(response.headers.get("content-type"), /^application\/json\b/);
      });
    });

    describe(`${path} called by another name`, () => {
      for (const host of ["other.example", "192.0.2.1:9999", "under_score"]) {
        it(`answers 200 to ${host}`, async () => {
          assert.equal(await statusAs(path, host), 200);
        });
      }
    });
  }
});
