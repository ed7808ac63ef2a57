import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, origin, send, sendRaw } from "../support/api.js";
import { claimError } from "../support/claims.js";

const JSON_TYPE = { "Content-Type": "application/json" };

/** An item that is refused, wherever it is sent. */
const items = {
  "a title of 257 characters": { title: "x".repeat(257) },
  "a title of 257 characters of four bytes": { title: "🐕".repeat(257) },
  "a title with a NUL character": { title: "a\u0000b" },
  "a title with half a surrogate pair": { title: "\ud83e" },
  "a title with the halves of a surrogate pair the wrong way round": { title: "\udd16\ud83e" },
  "a title that is a number": { title: 1 },
  "a title that is true": { title: true },
  "a title that is null": { title: null },
  "a title that is a list": { title: ["x"] },
  "a title that is an object": { title: { en: "x" } },
  "a completed that is a word": { completed: "yes" },
  "a completed that is true in quotes": { completed: "true" },
  "a completed that is a number": { completed: 1 },
  "a completed that is null": { completed: null },
  "a completed that is a list": { completed: [true] },
  "an order that is a word": { order: "first" },
  "an order that is a number in quotes": { order: "1" },
  "an order that is true": { order: true },
  "an order that is a list": { order: [1] },
  "an order with a fraction": { order: 1.5 },
  "an order above 32 bits": { order: 2 ** 31 },
  "an order below 32 bits": { order: -(2 ** 31) - 1 },
  "an order above 64 bits": { order: 2 ** 64 },
};

/** A body that is no item, as text or bytes. */
const bodies = {
  "a body that breaks off": '{"title": ',
  "a body of spaces": "  ",
  "a body in the quotes of another language": "{'title': 'x'}",
  "a body with what only JavaScript calls a number": '{"order": NaN}',
  "an order beyond every number": '{"order": 1e400}',
  "an order of 5,000 digits": `{"order": ${"9".repeat(5000)}}`,
  "a body that is no UTF-8": new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
  "a body in UTF-16": Buffer.from('\ufeff{"title": "x"}', "utf16le"),
  "a body that is compressed": new Uint8Array([0x1f, 0x8b, 0x08, 0x00]),
  "a body that is null": "null",
  "a body that is a string": '"walk the dog"',
  "a body that is a list": '[{"title": "x"}]',
  "100,000 opening brackets": "[".repeat(100_000),
  "100,000 brackets that are closed again": `{"order": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  "100,000 opening braces": '{"title":'.repeat(100_000),
};

/** Anything else: the status, the method, the path, and what is sent with it. */
const requests = {
  "a page of no items @smoke": [400, "GET", "/todos?limit=0"],
  "a page of more items than a page holds @smoke": [400, "GET", "/todos?limit=1001"],
  "a page from before the start @smoke": [400, "GET", "/todos?offset=-1"],
  "a page from beyond 32 bits @smoke": [400, "GET", `/todos?offset=${2 ** 31}`],
  "a page of no number @smoke": [400, "GET", "/todos?limit=all"],
  // nginx's own answers: it reads no such path.
  "an id with a NUL character @smoke": [400, "GET", "/todos/1%00"],
  "an id that leads out of the service @smoke": [400, "GET", "/todos/..%2f..%2fetc%2fpasswd"],
  "an address that is not there @smoke": [404, "GET", "/nowhere"],
  "an address of bytes that are no text @smoke": [404, "GET", "/%ff%fe"],
  "an address with a slash at the end @smoke": [404, "GET", "/todos/"],
  "an id beyond 64 bits @smoke": [404, "GET", "/todos/99999999999999999999"],
  "an id of 5,000 digits @smoke": [404, "GET", `/todos/${"9".repeat(5000)}`],
  "an id below zero @smoke": [404, "GET", "/todos/-1"],
  "an id with a fraction @smoke": [404, "GET", "/todos/1.5"],
  "an id that is a word @smoke": [404, "GET", "/todos/dog"],
  "an id in digits of another script @smoke": [404, "GET", "/todos/%D9%A1"],
  "an absurd id to change": [404, "PATCH", "/todos/99999999999999999999", { json: {} }],
  "an absurd id to replace": [404, "PUT", "/todos/99999999999999999999", { json: {} }],
  "an absurd id to delete": [404, "DELETE", "/todos/99999999999999999999"],
  "a method the list does not have": [405, "PATCH", "/todos", { json: {} }],
  "a method an item does not have": [405, "POST", "/todos/1", { json: {} }],
  "an answer in a format that is not offered @smoke": [406, "GET", "/todos", { headers: { Accept: "text/csv" } }],
  "a form": [415, "POST", "/todos", { body: new URLSearchParams({ title: "x" }) }],
  "a form with files": [415, "POST", "/todos", { body: new FormData() }],
  "JSON that calls itself plain text": [
    415,
    "POST",
    "/todos",
    { body: '{"title": "x"}', headers: { "Content-Type": "text/plain" } },
  ],
  "JSON that calls itself nothing known": [
    415,
    "POST",
    "/todos",
    { body: '{"title": "x"}', headers: { "Content-Type": "application/x-dog" } },
  ],
  "JSON that does not say what it is": [415, "POST", "/todos", { body: new Blob(['{"title": "x"}']) }],
};

/** What fetch does not send. */
const rawRequests = {
  // Not where a deployment answers to every name, so no part of the smoke tests.
  "a Host that is not ours": [400, "GET", "/todos", { headers: { Host: "evil.example" } }],
  "a Host with a space @smoke": [400, "GET", "/todos", { headers: { Host: "no host at all" } }],
  "a Host with a path @smoke": [400, "GET", "/todos", { headers: { Host: "todo.example/evil" } }],
  "a Host with a port that is none @smoke": [400, "GET", "/todos", { headers: { Host: "todo.example:port" } }],
  "a Host with an underscore @smoke": [400, "GET", "/todos", { headers: { Host: "under_score" } }],
  "a method of the client's own": [405, "BREW", "/todos"],
  "TRACE of the list": [405, "TRACE", "/todos"],
  "TRACE of an item": [405, "TRACE", "/todos/1"],
};

/**
 * Claim that a request is refused as every request is.
 *
 * @param {string} name - what is wrong with it.
 * @param {number} status - the status that says so.
 * @param {() => Promise<object>} ask - sends it.
 */
function claimRefusal(name, status, ask) {
  describe(name, () => {
    let response;
    before(async () => {
      response = await ask();
    });

    claimError(status, () => response);
  });
}

describe("Refusals", () => {
  describe("POST", () => {
    for (const [name, json] of Object.entries(items)) {
      claimRefusal(name, 400, () => send("POST", "/todos", { json, headers: { Origin: origin } }));
    }
    for (const [name, body] of Object.entries(bodies)) {
      const headers = { Origin: origin, ...JSON_TYPE };
      claimRefusal(name, 400, () => send("POST", "/todos", { body, headers }));
    }
  });

  describe("PUT and PATCH", () => {
    let item;
    before(async () => {
      item = await create({ title: "walk the dog", order: 1 });
    });

    for (const method of ["PUT", "PATCH"]) {
      for (const [name, json] of Object.entries(items)) {
        it(`refuse ${name} (${method})`, async () => {
          assert.equal((await send(method, item.url, { json })).status, 400);
        });
      }
      for (const [name, body] of Object.entries(bodies)) {
        it(`refuse ${name} (${method})`, async () => {
          assert.equal((await send(method, item.url, { body, headers: JSON_TYPE })).status, 400);
        });
      }
    }

    it("leave the item as it was", async () => {
      assert.deepEqual((await send("GET", item.url)).data, item);
    });
  });

  for (const [name, [status, method, path, options = {}]] of Object.entries(requests)) {
    const headers = { Origin: origin, ...options.headers };
    claimRefusal(name, status, () => send(method, path, { ...options, headers }));
  }
  for (const [name, [status, method, path, options = {}]] of Object.entries(rawRequests)) {
    const headers = { Origin: origin, ...options.headers };
    claimRefusal(name, status, () => sendRaw(method, path, { headers }));
  }

  describe("a method that is refused", () => {
    const allowed = {
      "/": ["GET", "HEAD", "OPTIONS"],
      "/todos": ["DELETE", "GET", "HEAD", "OPTIONS", "POST"],
      "/todos/1": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"],
    };
    for (const [path, methods] of Object.entries(allowed)) {
      // The application refuses the one, nginx the other.
      for (const method of ["BREW", "TRACE"]) {
        it(`is told which there are (${method} ${path})`, async () => {
          const { headers } = await sendRaw(method, path);
          assert.deepEqual((headers.get("allow") ?? "").split(/, */).sort(), methods);
        });
      }
    }
  });

  describe("an item that is refused", () => {
    it("is not on the list", async () => {
      await emptyList();
      for (const json of Object.values(items)) {
        await send("POST", "/todos", { json });
      }
      assert.deepEqual((await send("GET", "/todos")).data, []);
    });
  });
});
