import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { origin, send } from "../support/api.js";
import { claimError, claimWebPage } from "../support/claims.js";

describe("Schema", () => {
  describe("for a client @smoke", () => {
    let schema;
    before(async () => {
      schema = (await send("GET", "/schema", { headers: { Accept: "application/json" } })).data;
    });

    it("is OpenAPI 3", () => {
      assert.match(schema.openapi, /^3\./);
    });

    it("has the list and the item", () => {
      assert.deepEqual(Object.keys(schema.paths).sort(), ["/todos", "/todos/{id}"]);
    });
  });

  describe("as a page @smoke", () => {
    claimWebPage("/docs");
  });

  claimError("/schema by a method it does not have", 405, () =>
    send("POST", "/schema", { headers: { Origin: origin } }),
  );
  claimError("/docs in a format that is not offered", 406, () =>
    send("GET", "/docs", { headers: { Origin: origin, Accept: "text/csv" } }),
  );
});
