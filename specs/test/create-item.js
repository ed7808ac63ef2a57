import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, create, emptyList, send, sendRaw } from "../support/api.js";

describe("Create item", () => {
  describe("from a title", () => {
    let response;
    before(async () => {
      response = await send("POST", "/todos", { json: { title: "walk the dog" } });
    });

    it("answers 201", () => {
      assert.equal(response.status, 201);
    });

    it("shows the title", () => {
      assert.equal(response.data.title, "walk the dog");
    });

    it("is not completed", () => {
      assert.equal(response.data.completed, false);
    });

    it("has no order", () => {
      assert.equal(response.data.order, null);
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
      const fetched = await send("GET", response.headers.get("location"));
      assert.deepEqual(fetched.data, response.data);
    });
  });

  describe("by a client that calls the service by another name", () => {
    for (const host of ["localhost", "localhost:8443", "127.0.0.1:81", "[::1]:8000"]) {
      it(`has a url at ${host}`, async () => {
        const headers = { Host: host, "Content-Type": "application/json" };
        const { data } = await sendRaw("POST", "/todos", { headers, body: "{}" });
        assert.equal(new URL(data.url).host, host);
      });
    }
  });

  describe("by a client that says it came by https", () => {
    it("has the url of the connection: the service believes trusted proxies alone", async () => {
      const { data } = await send("POST", "/todos", { json: {}, headers: { "X-Forwarded-Proto": "https" } });
      assert.equal(new URL(data.url).origin, base);
    });
  });

  describe("with every field", () => {
    let item;
    before(async () => {
      const response = await send("POST", "/todos", { json: { title: "rest", completed: true, order: 7 } });
      item = (await send("GET", response.data.url)).data;
    });

    it("keeps the title", () => {
      assert.equal(item.title, "rest");
    });

    it("keeps completed", () => {
      assert.equal(item.completed, true);
    });

    it("keeps the order as a number", () => {
      assert.equal(item.order, 7);
    });
  });

  describe("with the longest title, in characters of four bytes", () => {
    const title = "🦄".repeat(256);
    let response;
    before(async () => {
      response = await send("POST", "/todos", { json: { title } });
    });

    it("answers 201", () => {
      assert.equal(response.status, 201);
    });

    it("keeps every character", async () => {
      const fetched = await send("GET", response.data.url);
      assert.equal(fetched.data.title, title);
    });
  });

  describe("with a title of spaces, line ends and a zero-width joiner", () => {
    it("keeps every character", async () => {
      const title = " \t👩‍💻 a\r\nb \u00a0";
      const { data } = await create({ title }).then(({ url }) => send("GET", url));
      assert.equal(data.title, title);
    });
  });

  describe("in a body that names a charset", () => {
    // JSON is UTF-8 (RFC 8259). Python would know all of these, the last but one as a compression, the last for minutes.
    for (const charset of ["utf-8", "latin-1", "utf-16", "bz2_codec", "punycode"]) {
      it(`is read as UTF-8 (${charset})`, async () => {
        const headers = { "Content-Type": `application/json; charset=${charset}` };
        const { data } = await send("POST", "/todos", { body: '{"title": "🐕"}', headers });
        assert.equal(data.title, "🐕");
      });
    }
  });

  describe("by two clients at once", () => {
    let responses;
    let list;
    before(async () => {
      await emptyList();
      responses = await Promise.all(
        ["one", "other"].map((title) => send("POST", "/todos", { json: { title, order: 1 } })),
      );
      list = (await send("GET", "/todos")).data;
    });

    it("answers 201 to both", () => {
      assert.deepEqual(
        responses.map(({ status }) => status),
        [201, 201],
      );
    });

    it("gives each a url of its own", () => {
      assert.notEqual(responses[0].data.url, responses[1].data.url);
    });

    it("lists both", () => {
      assert.deepEqual(list.map(({ title }) => title).sort(), ["one", "other"]);
    });
  });

  describe("with a body sent in chunks, of no announced length", () => {
    let response;
    before(async () => {
      response = await send("POST", "/todos", {
        body: new Blob(['{"title": "in pieces"}']).stream(),
        headers: { "Content-Type": "application/json" },
      });
    });

    it("answers 201", () => {
      assert.equal(response.status, 201);
    });

    it("shows the title", () => {
      assert.equal(response.data?.title, "in pieces");
    });
  });
});
