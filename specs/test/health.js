import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { listed, send, sendRaw } from "../support/api.js";

describe("Health", () => {
  for (const path of ["/healthz", "/readyz"]) {
    describe(path, () => {
      it("returns 200 @smoke", async () => {
        assert.equal((await send("GET", path)).status, 200);
      });

      it("returns 200 for a Host that is not allowed elsewhere", async () => {
        const { status } = await sendRaw("GET", path, { headers: { Host: "192.0.2.1:9999" } });
        assert.equal(status, 200);
      });

      it("refuses to POST, and returns the allowed methods", async () => {
        const response = await send("POST", path);
        assert.equal(response.status, 405);
        assert.ok(listed(response, "allow").includes("get"), `found ${response.headers.get("allow")}`);
      });
    });
  }
});
