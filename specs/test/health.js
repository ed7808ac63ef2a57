import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { send, sendRaw } from "../support/api.js";

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
          const { status } = await sendRaw("GET", path, { headers: { Host: host } });
          assert.equal(status, 200);
        });
      }
    });
  }
});
