/** A stand-in of the API for one test. test/service.js compares its responses with the service's. */
import { api } from "./addresses.js";

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };

/** A response of a service whose database is away. */
export const UNAVAILABLE = {
  status: 503,
  headers: { "retry-after": "5" },
  json: { detail: "The database is away." },
};

/** Item fields. */
export const done = (title) => ({ title, completed: true });

export class FakeApi {
  items = [];
  /** The requests, as "METHOD path body". */
  log = [];
  clockStopped = false;
  #page;
  #handlers = new Map();
  #nextId = 1;

  /** Respond to a page's requests to `address`. */
  async attach(page, address = api) {
    this.#page = page;
    this.address = address;
    await page.route(
      (url) => url.href === address || url.href.startsWith(`${address}/`),
      (route) => this.#handle(route),
    );
  }

  /** Set the items: titles, or fields. */
  has(...items) {
    this.items = [];
    for (const item of items) {
      this.#create(typeof item === "string" ? { title: item } : item);
    }
  }

  get titles() {
    return this.items.map(({ title }) => title);
  }

  /** The requests that change the list. */
  get writes() {
    return this.log.filter((line) => !line.startsWith("GET"));
  }

  /** Respond to a method's requests by `response`; "abort" refuses the connection; undefined is as usual again. */
  respond(method, response) {
    const handler = (route) =>
      response === "abort" ? route.abort("connectionrefused") : FakeApi.fulfill(route, response);
    this.#handlers.set(method, response && handler);
  }

  /**
   * Keep the next request of a method waiting. The page's clock stops, so that the page does not give up meanwhile.
   *
   * @returns {Promise<{arrived: Promise<void>, release: () => void}>} `arrived` resolves when the request is there.
   */
  async hold(method) {
    this.clockStopped = true;
    await this.#page.clock.install({ time: 0 });
    await this.#page.clock.pauseAt(3_600_000);
    const held = {};
    held.arrived = new Promise((arrive) => {
      const released = new Promise((release) => {
        held.release = release;
      });
      this.#handlers.set(method, async (route, respond) => {
        this.#handlers.delete(method);
        // As the API stood when the request arrived.
        const response = respond();
        arrive();
        await released;
        await FakeApi.fulfill(route, response);
      });
    });
    return held;
  }

  static fulfill(route, { headers, ...response }) {
    return route.fulfill({ ...response, headers: { ...CORS, ...headers } });
  }

  #handle(route) {
    const request = route.request();
    const [method, json] = [request.method(), request.postDataJSON()];
    const path = request.url().slice(this.address.length);
    this.log.push([method, path, json && JSON.stringify(json)].filter(Boolean).join(" "));
    const respond = () => structuredClone(this.#response(method, path, json));
    const handler = this.#handlers.get(method);
    return handler ? handler(route, respond) : FakeApi.fulfill(route, respond());
  }

  #response(method, path, json) {
    if (path === "") {
      return method === "POST" ? { status: 201, json: this.#create(json) } : { json: this.items };
    }
    const item = this.items.find(({ url }) => url === this.address + path);
    if (!item) {
      return { status: 404, json: { detail: "Not found." } };
    }
    if (method === "DELETE") {
      this.items = this.items.filter((each) => each !== item);
      return { status: 204 };
    }
    return { json: Object.assign(item, json) };
  }

  #create(fields) {
    const item = { url: `${this.address}/${this.#nextId}`, title: "", completed: false, order: null, ...fields };
    this.#nextId += 1;
    this.items.push(item);
    return item;
  }
}
