import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { emptyList, origin, send } from "../support/api.js";
import { claimError } from "../support/claims.js";

const JSON_TYPE = { "Content-Type": "application/json" };

/** What is sent, and the status that refuses it. */
const refusals = {
  "a body that is no JSON": [400, "POST", "/todos", { body: '{"title": ', headers: JSON_TYPE }],
  "a body that is no UTF-8": [
    400,
    "POST",
    "/todos",
    { body: new Uint8Array([0x22, 0xff, 0xfe, 0x22]), headers: JSON_TYPE },
  ],
  "JSON that is no object": [400, "POST", "/todos", { json: ["walk the dog"] }],
  "JSON nested deeper than a parser can follow": [
    400,
    "POST",
    "/todos",
    { body: "[".repeat(200_000), headers: JSON_TYPE },
  ],
  "a title of 257 characters": [400, "POST", "/todos", { json: { title: "x".repeat(257) } }],
  "a title that is a list": [400, "POST", "/todos", { json: { title: ["x"] } }],
  "a title with a NUL character": [400, "POST", "/todos", { json: { title: "a\u0000b" } }],
  "a title with half a surrogate pair": [400, "POST", "/todos", { json: { title: "\ud83e" } }],
  "a completed that is neither true nor false": [400, "POST", "/todos", { json: { completed: "perhaps" } }],
  "an order that is no number": [400, "POST", "/todos", { json: { order: "first" } }],
  "an order with a fraction": [400, "POST", "/todos", { json: { order: 1.5 } }],
  "an order above 32 bits": [400, "POST", "/todos", { json: { order: 2 ** 31 } }],
  "an order below 32 bits": [400, "POST", "/todos", { json: { order: -(2 ** 31) - 1 } }],
  "an order beyond every number": [400, "POST", "/todos", { body: '{"order": 1e400}', headers: JSON_TYPE }],
  "a page of no items @smoke": [400, "GET", "/todos?limit=0"],
  "a page from before the start @smoke": [400, "GET", "/todos?offset=-1"],
  "a page of no number @smoke": [400, "GET", "/todos?limit=all"],
  "an address that is not there @smoke": [404, "GET", "/nowhere"],
  "an address of bytes that are no text @smoke": [404, "GET", "/%ff%fe"],
  "a method the list does not have": [405, "PATCH", "/todos", { json: {} }],
  "a method an item does not have": [405, "POST", "/todos/1", { json: {} }],
  "an answer in a format that is not offered @smoke": [406, "GET", "/todos", { headers: { Accept: "text/csv" } }],
  "a form": [415, "POST", "/todos", { body: new URLSearchParams({ title: "x" }) }],
  "JSON that calls itself plain text": [
    415,
    "POST",
    "/todos",
    { body: '{"title": "x"}', headers: { "Content-Type": "text/plain" } },
  ],
};

describe("Refusals", () => {
  for (const [name, [status, method, path, options = {}]] of Object.entries(refusals)) {
    describe(name, () => {
      let response;
      before(async () => {
        response = await send(method, path, { ...options, headers: { Origin: origin, ...options.headers } });
      });

      claimError(status, () => response);
    });
  }

  describe("a method that is refused", () => {
    it("is told which there are", async () => {
      const { headers } = await send("PATCH", "/todos", { json: {} });
      const allowed = (headers.get("allow") ?? "").split(/, */).sort();
      assert.deepEqual(allowed, ["DELETE", "GET", "HEAD", "OPTIONS", "POST"]);
    });
  });

  describe("an item that is refused", () => {
    it("is not on the list", async () => {
      await emptyList();
      await send("POST", "/todos", { json: { title: "x".repeat(257) } });
      assert.deepEqual((await send("GET", "/todos")).data, []);
    });
  });
});
