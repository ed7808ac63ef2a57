/** A stand-in of the API for one test, on a server of the worker's own. test/stand-in.js compares it with the service. */
import { createServer } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { api } from "./addresses.js";

/** An API at another address than the release's. */
export const OTHER = "http://other.example/list";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "*",
  "access-control-max-age": "600",
};

/** A response of a service whose database is away. */
export const UNAVAILABLE = {
  status: 503,
  headers: { "retry-after": "5" },
  json: { detail: "The database is away." },
};

/** Item fields. */
export const done = (title) => ({ title, completed: true });

/** The server of a worker's stand-ins. The browser is told that their host names lead to it. */
export class FakeServer {
  /** The stand-ins of the running test, by host. */
  apis = new Map();
  #server = createServer((request, response) => this.#handle(request, response));

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.host = `127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request, response) {
    const { method, headers } = request;
    const json = method === "POST" || method === "PATCH" ? await readJson(request) : null;
    const reply = method === "OPTIONS" ? { status: 204 } : await this.#reply(method, headers.host, request.url, json);
    if (reply === "abort") {
      request.socket.destroy();
      return;
    }
    const body = reply.json === undefined ? reply.body : JSON.stringify(reply.json);
    const type = reply.json === undefined ? (reply.contentType ?? "text/plain") : "application/json";
    // Each request has a connection of its own: Chromium sends a request again whose kept connection ended.
    response.writeHead(reply.status ?? 200, { connection: "close", "content-type": type, ...CORS, ...reply.headers });
    response.end(body);
  }

  #reply(method, host, path, json) {
    return this.apis.get(host)?.respondTo(method, `http://${host}${path}`, json) ?? { status: 404 };
  }
}

export class FakeApi {
  items = [];
  /** The requests, as "METHOD path body". */
  log = [];
  clockStopped = false;
  #page;
  #handlers = new Map();
  #nextId = 1;

  constructor(page, address = api) {
    this.#page = page;
    this.address = address;
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

  /**
   * Respond to "METHOD", or to "METHOD path", by `response`; "abort" ends the connection; undefined is as usual again.
   */
  respond(request, response) {
    this.#handlers.set(request, response && (() => response));
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
      this.#handlers.set(method, async (usual) => {
        this.#handlers.delete(method);
        // As the API stood when the request arrived.
        const response = usual();
        arrive();
        await released;
        return response;
      });
    });
    return held;
  }

  /** The response to a request: {status, json, body, contentType, headers}, or "abort". */
  respondTo(method, url, json) {
    const path = url.slice(this.address.length);
    this.log.push([method, path, json && JSON.stringify(json)].filter(Boolean).join(" "));
    const usual = () => structuredClone(this.#response(method, path, json));
    const handler = this.#handlers.get(`${method} ${path}`) ?? this.#handlers.get(method);
    return handler ? handler(usual) : usual();
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
