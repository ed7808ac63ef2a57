import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { base, send } from "../support/api.js";
import { claimWebPage } from "../support/claims.js";

describe("API root", () => {
  describe("for a client @smoke", () => {
    it("links the list", async () => {
      const { data } = await send("GET", "/");
      assert.equal(data.todos, `${base}/todos`);
    });
  });

  describe("in a browser @smoke", () => {
    claimWebPage("/");
  });
});
