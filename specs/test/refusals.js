import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, listed, origin, send, sendRaw } from "../support/api.js";
import { claimError } from "../support/claims.js";

const FORM = { body: new URLSearchParams({ title: "x" }) };
const BROKEN = { body: '{"title": ', headers: { "Content-Type": "application/json" } };

/** One refusal of the application for each status; its unit tests have the many. */
const refusals = {
  "a field of the wrong type": [400, "POST", "/todos", { json: { completed: "yes" } }],
  "a body that is not JSON": [400, "POST", "/todos", BROKEN],
  "a page of no items @smoke": [400, "GET", "/todos?limit=0"],
  "an item that does not exist @smoke": [404, "GET", "/todos/0"],
  "a path that does not exist @smoke": [404, "GET", "/nowhere"],
  "a method that the list does not have": [405, "PATCH", "/todos", { json: {} }],
  "a format that is not offered @smoke": [406, "GET", "/todos", { headers: { Accept: "text/csv" } }],
  "a form": [415, "POST", "/todos", FORM],
};

describe("Refusals", () => {
  for (const [name, [status, method, path, options = {}]] of Object.entries(refusals)) {
    const headers = { Origin: origin, ...options.headers };
    claimError(name, status, () => send(method, path, { ...options, headers }));
  }
  // Not a smoke claim: a deployment may allow every host.
  claimError("a Host that is not allowed", 400, () =>
    sendRaw("GET", "/todos", { headers: { Origin: origin, Host: "evil.example" } }),
  );

  describe("an item that does not exist", () => {
    for (const [method, json] of Object.entries({ PUT: {}, PATCH: {}, DELETE: undefined })) {
      it(`returns 404 to ${method}`, async () => {
        assert.equal((await send(method, "/todos/0", { json })).status, 404);
      });
    }
  });

  describe("a method that is not allowed", () => {
    const allowed = {
      "/todos": ["delete", "get", "head", "options", "post"],
      "/todos/1": ["delete", "get", "head", "options", "patch", "put"],
    };
    for (const [path, methods] of Object.entries(allowed)) {
      it(`returns the allowed ones (${path})`, async () => {
        assert.deepEqual(listed(await sendRaw("BREW", path), "allow"), methods);
      });
    }
  });

  describe("a request without a body", () => {
    // Without a body, fetch sends no Content-Type either.
    const empty = { "no body": {}, "an empty body": { body: "", headers: { "Content-Type": "application/json" } } };
    let item;
    before(async () => {
      await emptyList();
      item = await create({ title: "walk the dog", completed: true, order: 1 });
    });

    for (const [method, name] of [
      ["POST", "no body"],
      ["PUT", "no body"],
      ["PATCH", "an empty body"],
    ]) {
      it(`returns 400 (${method} with ${name})`, async () => {
        const { status } = await send(method, method === "POST" ? "/todos" : item.url, empty[name]);
        assert.equal(status, 400);
      });
    }

    it("changes nothing", async () => {
      assert.deepEqual((await send("GET", "/todos")).data, [item]);
    });
  });

  describe("an item with a field of the wrong type", () => {
    let item;
    before(async () => {
      await emptyList();
      item = await create({ title: "walk the dog", order: 1 });
    });

    for (const [method, field, value] of [
      ["POST", "title", 1],
      ["PUT", "completed", "true"],
      ["PATCH", "order", 1.5],
    ]) {
      it(`names ${field} (${method})`, async () => {
        const json = { title: "x", [field]: value };
        const { data } = await send(method, method === "POST" ? "/todos" : item.url, { json });
        assert.deepEqual(Object.keys(data), [field]);
      });
    }

    it("changes nothing", async () => {
      assert.deepEqual((await send("GET", "/todos")).data, [item]);
    });
  });
});
