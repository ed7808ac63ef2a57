import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { create, emptyList, send } from "../support/api.js";

const ROUNDS = 25; // races, each on an item of its own; a service that reads, changes and writes whole items loses some

/**
 * Send requests to one item at the same moment, in many rounds.
 *
 * @param {...(item: object) => Promise<object>} requests - each sends one, given the item.
 * @returns {Promise<{item: object, answers: object[]}[]>} per round the item and the answers, in the requests' order.
 */
async function race(...requests) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const item = await create({ title: `round ${round}`, order: round });
    rounds.push({ item, answers: await Promise.all(requests.map((request) => request(item))) });
  }
  return rounds;
}

/**
 * @param {{answers: object[]}[]} rounds - of a race.
 * @param {number} place - of the request.
 * @returns {number[]} the statuses that it was answered with, each once.
 */
function statuses(rounds, place) {
  return [...new Set(rounds.map(({ answers }) => answers[place].status))].sort();
}

const patch = (json) => (item) => send("PATCH", item.url, { json });
const put = (json) => (item) => send("PUT", item.url, { json });
const remove = (item) => send("DELETE", item.url);

describe("At the same time", () => {
  before(emptyList);

  describe("two clients change different fields of an item", () => {
    let rounds;
    before(async () => {
      rounds = await race(patch({ title: "walked" }), patch({ completed: true }), patch({ order: -5 }));
    });

    it("answers 200 to each", () => {
      assert.deepEqual([statuses(rounds, 0), statuses(rounds, 1), statuses(rounds, 2)], [[200], [200], [200]]);
    });

    it("keeps what each of them wrote", async () => {
      for (const { item } of rounds) {
        const { data } = await send("GET", item.url);
        assert.deepEqual(data, { url: item.url, title: "walked", completed: true, order: -5 });
      }
    });

    it("tells each what it wrote itself", () => {
      for (const { answers } of rounds) {
        const [{ data: first }, { data: second }, { data: third }] = answers;
        assert.deepEqual([first.title, second.completed, third.order], ["walked", true, -5]);
      }
    });
  });

  const changes = { PATCH: patch({ title: "late" }), PUT: put({ title: "late" }) };
  for (const [method, change] of Object.entries(changes)) {
    describe(`a ${method} to an item that is being deleted`, () => {
      let rounds;
      before(async () => {
        rounds = await race(change, remove, change);
      });

      it("answers 200 or 404", () => {
        for (const place of [0, 2]) {
          assert.deepEqual(
            statuses(rounds, place).filter((status) => ![200, 404].includes(status)),
            [],
          );
        }
      });

      it("does not bring the item back", async () => {
        for (const { item } of rounds) {
          assert.equal((await send("GET", item.url)).status, 404);
        }
      });
    });
  }

  describe("two DELETEs of an item", () => {
    let rounds;
    before(async () => {
      rounds = await race(remove, remove);
    });

    it("answers 204 to one of them and 404 to the other", () => {
      for (const { answers } of rounds) {
        assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 404]);
      }
    });
  });

  describe("items are created, changed and deleted while the list is deleted", () => {
    let answers;
    before(async () => {
      answers = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const item = await create({ order: round });
        const requests = [
          send("DELETE", "/todos"),
          send("PATCH", item.url, { json: { order: -round } }),
          send("POST", "/todos", { json: { order: round } }),
          send("DELETE", "/todos"),
          send("DELETE", item.url),
          send("GET", "/todos"),
        ];
        answers.push(...(await Promise.all(requests)));
      }
    });

    it("answers what each of them asked for, or 404", () => {
      const found = [...new Set(answers.map(({ status }) => status))].sort();
      assert.deepEqual(
        found.filter((status) => ![200, 201, 204, 404].includes(status)),
        [],
      );
    });
  });
});
