import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send } from "../support/api.js";

const ITEMS = 25; // a service that reads, changes and writes whole items loses a change to some of them

/** Send requests to an item at the same moment, for many items; return {item, responses} of each. */
async function race(...requests) {
  const items = await createMany();
  return Promise.all(
    items.map(async (item) => ({ item, responses: await Promise.all(requests.map((request) => request(item))) })),
  );
}

/** @returns {Promise<object[]>} new items, created at the same moment. */
function createMany() {
  return Promise.all(Array.from({ length: ITEMS }, (_, order) => create({ order })));
}

/** Claim that no response has another status. */
function claimStatuses(rounds, expected) {
  const found = new Set(rounds.flatMap(({ responses }) => responses.map(({ status }) => status)));
  assert.deepEqual(
    [...found].filter((status) => !expected.includes(status)),
    [],
  );
}

const patch = (json) => (item) => send("PATCH", item.url, { json });
const put = (json) => (item) => send("PUT", item.url, { json });
const remove = (item) => send("DELETE", item.url);

describe("At the same time", () => {
  before(emptyList);

  describe("three clients change different fields of an item", () => {
    let rounds;
    before(async () => {
      rounds = await race(patch({ title: "walked" }), patch({ completed: true }), patch({ order: -5 }));
    });

    it("returns 200 to each", () => {
      claimStatuses(rounds, [200]);
    });

    it("keeps what each of them wrote", async () => {
      for (const { item } of rounds) {
        const { data } = await send("GET", item.url);
        assert.deepEqual(data, { ...item, title: "walked", completed: true, order: -5 });
      }
    });

    it("shows each what it wrote itself", () => {
      for (const { responses } of rounds) {
        const [{ data: first }, { data: second }, { data: third }] = responses;
        assert.deepEqual([first.title, second.completed, third.order], ["walked", true, -5]);
      }
    });
  });

  for (const [method, change] of Object.entries({ PATCH: patch({ title: "late" }), PUT: put({ title: "late" }) })) {
    describe(`a ${method} to an item that is being deleted`, () => {
      let rounds;
      before(async () => {
        rounds = await race(change, remove, change);
      });

      it("returns 200, or 404 once it is gone", () => {
        claimStatuses(rounds, [200, 204, 404]);
      });

      it("does not bring the item back", async () => {
        for (const { item } of rounds) {
          assert.equal((await send("GET", item.url)).status, 404);
        }
      });
    });
  }

  describe("two DELETEs of an item", () => {
    it("return 204 to one and 404 to the other", async () => {
      for (const { responses } of await race(remove, remove)) {
        assert.deepEqual(responses.map(({ status }) => status).sort(), [204, 404]);
      }
    });
  });

  describe("many clients create an item", () => {
    it("lists each item once", async () => {
      await emptyList();
      const items = await createMany();
      assert.deepEqual((await send("GET", "/todos")).data, items);
    });
  });

  describe("items are created, changed and deleted while the list is deleted", () => {
    it("returns the success of each, or 404", async () => {
      const rounds = await race(
        () => send("DELETE", "/todos"),
        patch({ order: -1 }),
        () => send("POST", "/todos", { json: {} }),
        () => send("DELETE", "/todos"),
        remove,
        () => send("GET", "/todos"),
      );
      claimStatuses(rounds, [200, 201, 204, 404]);
    });
  });
});
