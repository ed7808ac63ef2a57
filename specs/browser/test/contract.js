import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { api, newPage, pageOrigin } from "../support/browser.js";
import { close } from "../support/page.js";

/**
 * What a suite in a browser does: it stands on another origin, has no way round the browser's rules, and judges what its
 * scripts get to see. Two such suites are in use; each has a style of its own.
 */
describe("From a script of another origin", () => {
  let page;
  before(async () => {
    page = await newPage({ trouble: /status of 404/ });
    // Any file of that origin which has no program of its own.
    await page.goto(`${pageOrigin}/todomvc.license.txt`);
  });
  after(() => close(page));

  /** By XMLHttpRequest; gives the status, the parsed body and Location. */
  const xhr = (method, url, body) =>
    page.evaluate(
      ([verb, address, data]) =>
        new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          request.open(verb, address);
          request.setRequestHeader("Content-Type", "application/json");
          request.onload = () => {
            let value;
            try {
              value = JSON.parse(request.responseText);
            } catch {
              value = request.responseText;
            }
            resolve({ status: request.status, value, location: request.getResponseHeader("Location") });
          };
          request.onerror = () => reject(new Error(`the browser let nothing through of ${verb} ${address}`));
          request.send(data === undefined ? undefined : JSON.stringify(data));
        }),
      [method, url, body],
    );

  describe("the list's root", () => {
    beforeEach(() => xhr("DELETE", api));

    it("is an empty list after DELETE", async () => {
      assert.deepEqual((await xhr("GET", api)).value, []);
    });

    it("gives back the item that is posted", async () => {
      assert.equal((await xhr("POST", api, { title: "walk the dog" })).value.title, "walk the dog");
    });

    it("lists the item that was posted", async () => {
      const { value } = await xhr("POST", api, { title: "walk the dog" });
      assert.deepEqual((await xhr("GET", api)).value, [value]);
    });

    it("makes an item that is not completed", async () => {
      assert.strictEqual((await xhr("POST", api, { title: "walk the dog" })).value.completed, false);
    });

    it("keeps the order it is given, as a number", async () => {
      assert.strictEqual((await xhr("POST", api, { title: "walk the dog", order: 523 })).value.order, 523);
    });

    it("gives each item an address, absolute and as the browser sees it", async () => {
      const { url } = (await xhr("POST", api, { title: "walk the dog" })).value;
      assert.ok(url.startsWith(`${api}/`), `expected an address under ${api}, found ${url}`);
    });

    it("takes two items at once", async () => {
      const two = await Promise.all([xhr("POST", api, { title: "one" }), xhr("POST", api, { title: "two" })]);
      const listed = (await xhr("GET", api)).value.map(({ title }) => title);
      assert.deepEqual(
        two.map(({ status }) => status),
        [201, 201],
      );
      assert.deepEqual(listed.sort(), ["one", "two"]);
    });

    it("is empty after DELETE of a list with items", async () => {
      await xhr("POST", api, { title: "one" });
      await xhr("POST", api, { title: "two" });
      await xhr("DELETE", api);
      assert.deepEqual((await xhr("GET", api)).value, []);
    });
  });

  describe("an item's address", () => {
    let item;
    beforeEach(async () => {
      await xhr("DELETE", api);
      item = (await xhr("POST", api, { title: "old", order: 95 })).value;
    });

    it("shows the item", async () => {
      assert.deepEqual((await xhr("GET", item.url)).value, item);
    });

    for (const [field, value] of [
      ["title", "new"],
      ["completed", true],
      ["order", 10],
    ]) {
      it(`takes a PATCH of ${field} alone, and shows it`, async () => {
        assert.deepEqual((await xhr("PATCH", item.url, { [field]: value })).value, { ...item, [field]: value });
        assert.deepEqual((await xhr("GET", item.url)).value, { ...item, [field]: value });
        assert.deepEqual((await xhr("GET", api)).value, [{ ...item, [field]: value }]);
      });
    }

    it("is gone after DELETE, and from the list", async () => {
      await xhr("DELETE", item.url);
      assert.deepEqual((await xhr("GET", api)).value, []);
    });
  });

  describe("the course's own suite", () => {
    let created;
    before(async () => {
      await xhr("DELETE", api);
      created = await xhr("POST", api, { title: "Walk the dog" });
    });

    it("is told 201 by a POST", () => {
      assert.equal(created.status, 201);
    });

    it("may read Location, which ends in digits and has no slash after them", () => {
      assert.match(created.location ?? "none", /^https?:\/\/.+\/todos\/\d+$/);
    });

    it("is told 200 by a GET of Location, with the item", async () => {
      const { status, value } = await xhr("GET", created.location);
      assert.deepEqual([status, value.title], [200, "Walk the dog"]);
    });

    it("is told 200 by a PUT without a title", async () => {
      const { status, value } = await xhr("PUT", created.location, { completed: true });
      assert.deepEqual([status, value.completed], [200, true]);
    });

    it("is told 204 by a DELETE, then 404", async () => {
      assert.equal((await xhr("DELETE", created.location)).status, 204);
      assert.equal((await xhr("GET", created.location)).status, 404);
    });

    it("is told 204 by a DELETE of the list", async () => {
      assert.equal((await xhr("DELETE", api)).status, 204);
    });
  });

  describe("by fetch", () => {
    /** @returns {Promise<number|string>} the status; why there is none, where the browser let nothing through. */
    const status = (method, url, body) =>
      page.evaluate(
        ([verb, address, json]) =>
          fetch(address, {
            method: verb,
            headers: json === undefined ? {} : { "Content-Type": "application/json" },
            body: json === undefined ? undefined : JSON.stringify(json),
          }).then(
            (answer) => answer.status,
            (error) => error.message,
          ),
        [method, url, body],
      );

    let item;
    beforeEach(async () => {
      item = (await xhr("POST", api, { title: "one" })).value;
    });

    for (const [method, body, expected] of [
      ["GET", undefined, 200],
      ["PUT", { title: "two" }, 200],
      ["PATCH", { title: "two" }, 200],
      ["DELETE", undefined, 204],
    ]) {
      it(`lets ${method} of an item through`, async () => {
        assert.equal(await status(method, item.url, body), expected);
      });
    }

    it("lets an error through, with its status", async () => {
      assert.equal(await status("PATCH", `${api}/0`, { title: "two" }), 404);
    });
  });
});
