import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, create, send, sendRaw } from "../support/api.js";

describe("Create item", () => {
  describe("from a title", () => {
    let response;
    before(async () => {
      response = await send("POST", "/todos", { json: { title: "walk the dog" } });
    });

    it("returns 201", () => {
      assert.equal(response.status, 201);
    });

    it("shows the title, not completed and without order", () => {
      const { title, completed, order } = response.data;
      assert.deepEqual([title, completed, order], ["walk the dog", false, null]);
    });

    it("has a Location that equals its url", () => {
      assert.equal(response.headers.get("location"), response.data.url);
    });

    it("has a url with scheme, host and port as the client sees them", () => {
      assert.equal(new URL(response.data.url).origin, base);
    });

    it("has a url that ends in digits, without a slash", () => {
      assert.match(new URL(response.data.url).pathname, /^\/todos\/\d+$/);
    });

    it("can be fetched from its Location", async () => {
      const { data } = await send("GET", response.headers.get("location"));
      assert.deepEqual(data, response.data);
    });
  });

  for (const host of ["localhost", "[::1]:8443"]) {
    describe(`at ${host}`, () => {
      it("has a url with that host and port", async () => {
        const headers = { Host: host, "Content-Type": "application/json" };
        const { data } = await sendRaw("POST", "/todos", { headers, body: "{}" });
        assert.equal(new URL(data.url).host, host);
      });
    });
  }

  describe("with X-Forwarded-Proto from a client that is not a trusted proxy", () => {
    it("has a url with the scheme of the connection", async () => {
      const { data } = await send("POST", "/todos", { json: {}, headers: { "X-Forwarded-Proto": "https" } });
      assert.equal(new URL(data.url).origin, base);
    });
  });

  const kept = {
    "every field": { title: "rest", completed: true, order: 7 },
    "the longest title, in characters of four bytes": { title: "🦄".repeat(256) },
    "a title of spaces, line ends and a zero-width joiner": { title: " \t👩‍💻 a\r\nb \u00a0" },
    "the lowest order": { order: -(2 ** 31) },
    "the highest order": { order: 2 ** 31 - 1 },
  };
  for (const [name, fields] of Object.entries(kept)) {
    describe(`with ${name}`, () => {
      it("keeps what was sent", async () => {
        const { data } = await send("GET", (await create(fields)).url);
        assert.deepEqual(data, { ...data, ...fields });
      });
    });
  }

  describe("from an empty object", () => {
    it("returns 201", async () => {
      assert.equal((await send("POST", "/todos", { json: {} })).status, 201);
    });
  });

  describe("as application/json; charset=UTF-8; version=1", () => {
    it("keeps the title", async () => {
      const headers = { "Content-Type": "application/json; charset=UTF-8; version=1" };
      const { data } = await send("POST", "/todos", { json: { title: "🐕" }, headers });
      assert.equal(data.title, "🐕");
    });
  });

  describe("with a body in chunks, without a Content-Length", () => {
    it("shows the title", async () => {
      const { data } = await send("POST", "/todos", {
        body: new Blob(['{"title": "in pieces"}']).stream(),
        duplex: "half",
        headers: { "Content-Type": "application/json" },
      });
      assert.equal(data.title, "in pieces");
    });
  });
});
