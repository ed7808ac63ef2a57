import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { base, create, emptyList, send } from "../support/api.js";

/** @returns {Promise<object>} of a path: `titles`, and `links` by rel. */
async function page(path) {
  const { headers, data } = await send("GET", path);
  const links = (headers.get("link") ?? "").matchAll(/<([^>]*)>; *rel="([^"]*)"/g);
  return {
    titles: data.map(({ title }) => title),
    links: Object.fromEntries([...links].map(([, url, rel]) => [rel, url])),
  };
}

describe("Page", () => {
  before(async () => {
    await emptyList();
    for (const title of ["a", "b", "c", "d", "e"]) {
      await create({ title });
    }
  });

  describe("from the middle of the list", () => {
    let titles;
    let links;
    before(async () => {
      ({ titles, links } = await page("/todos?limit=2&offset=2&colour=red"));
    });

    it("is a bare array of the items asked for", () => {
      assert.deepEqual(titles, ["c", "d"]);
    });

    it("links the first, the previous and the next page", () => {
      assert.deepEqual(Object.keys(links).sort(), ["first", "next", "prev"]);
    });

    it("links with scheme, host and port as the client sees them", () => {
      for (const url of Object.values(links)) {
        assert.equal(new URL(url).origin, base);
      }
    });

    it("keeps the rest of the query in its links", () => {
      for (const url of Object.values(links)) {
        assert.equal(new URL(url).searchParams.get("colour"), "red");
      }
    });

    it("links the items before it", async () => {
      assert.deepEqual((await page(links.prev)).titles, ["a", "b"]);
    });

    it("links the items after it", async () => {
      assert.deepEqual((await page(links.next)).titles, ["e"]);
    });
  });

  describe("from the start", () => {
    it("links no previous page", async () => {
      assert.equal((await page("/todos?limit=2")).links.prev, undefined);
    });

    it("leads to every item once by next", async () => {
      const seen = [];
      for (let next = "/todos?limit=2"; next && seen.length < 10; ) {
        const { titles, links } = await page(next);
        seen.push(...titles);
        next = links.next;
      }
      assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
    });
  });

  describe("at the end", () => {
    it("links no next page", async () => {
      assert.equal((await page("/todos?limit=2&offset=3")).links.next, undefined);
    });
  });

  describe("not asked for", () => {
    let whole;
    before(async () => {
      whole = await page("/todos");
    });

    it("is the whole list", () => {
      assert.deepEqual(whole.titles, ["a", "b", "c", "d", "e"]);
    });

    it("has no links", () => {
      assert.deepEqual(whole.links, {});
    });
  });
});
