import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, create, emptyList, send } from "../support/api.js";

/**
 * @param {{headers: Headers}} response - a page.
 * @returns {Record<string, string>} the addresses of its Link header, by rel.
 */
function links(response) {
  const found = (response.headers.get("link") ?? "").matchAll(/<([^>]*)>; *rel="([^"]*)"/g);
  return Object.fromEntries([...found].map(([, url, rel]) => [rel, url]));
}

/**
 * @param {{data: object[]}} response - a page, or the whole list.
 * @returns {string[]} the titles on it.
 */
function titles(response) {
  return response.data.map(({ title }) => title);
}

describe("Page", () => {
  before(async () => {
    await emptyList();
    for (const title of ["a", "b", "c", "d", "e"]) {
      await create({ title });
    }
  });

  describe("from the middle of the list", () => {
    let response;
    before(async () => {
      response = await send("GET", "/todos?limit=2&offset=2");
    });

    it("answers 200", () => {
      assert.equal(response.status, 200);
    });

    it("is a bare array of the items asked for", () => {
      assert.deepEqual(titles(response), ["c", "d"]);
    });

    it("links the first, the previous and the next page", () => {
      assert.deepEqual(Object.keys(links(response)).sort(), ["first", "next", "prev"]);
    });

    it("links with scheme, host and port as the client sees them", () => {
      for (const url of Object.values(links(response))) {
        assert.equal(new URL(url).origin, base);
      }
    });

    it("leads to the items before it", async () => {
      assert.deepEqual(titles(await send("GET", links(response).prev)), ["a", "b"]);
    });

    it("leads to the items after it", async () => {
      assert.deepEqual(titles(await send("GET", links(response).next)), ["e"]);
    });
  });

  describe("from the start", () => {
    it("links no previous page", async () => {
      assert.equal(links(await send("GET", "/todos?limit=2")).prev, undefined);
    });

    it("shows every item once to a client that follows next", async () => {
      const seen = [];
      for (let next = "/todos?limit=2"; next && seen.length < 10; ) {
        const page = await send("GET", next);
        seen.push(...titles(page));
        next = links(page).next;
      }
      assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
    });
  });

  describe("at the end", () => {
    it("links no next page", async () => {
      assert.equal(links(await send("GET", "/todos?limit=2&offset=3")).next, undefined);
    });
  });

  describe("beyond the end", () => {
    it("is an empty array", async () => {
      assert.deepEqual((await send("GET", "/todos?offset=100")).data, []);
    });
  });

  describe("not asked for", () => {
    let response;
    before(async () => {
      response = await send("GET", "/todos");
    });

    it("is the whole list", () => {
      assert.deepEqual(titles(response), ["a", "b", "c", "d", "e"]);
    });

    it("has no Link", () => {
      assert.equal(response.headers.get("link"), null);
    });
  });
});
