/** The words the specs are written in: one request, one item, one empty list. */
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

const given = process.env.TODOBACKEND_URL || "http://localhost:8000";

/** Whether TODOBACKEND_URL can be used; the root hook says what is wrong with it. */
export const usable = /^https?:\/\/[^/]+\/?$/i.test(given) && URL.canParse(given);

/** The service under test as a client sees it: scheme, host and port, no slash at the end. */
export const base = usable ? new URL(given).origin : given;

/** A foreign page's origin: what a browser sends when that page calls the service. */
export const origin = "https://page.example";

/** Whether this run changed the list; a read-only run leaves it alone to the end. */
export let wrote = false;

/**
 * Send one request.
 *
 * @param {string} method - the HTTP method.
 * @param {string} target - a path, or an address the service gave.
 * @param {object} [options] - `json` (a value) or `body` (as it is), `headers`, `limit` (ms until it gives up).
 * @returns {Promise<{status: number, headers: Headers, text: string, data: any}>} the answer; `data` is undefined
 *   where the body is no JSON.
 */
export async function send(method, target, { json, body, headers = {}, limit = 10_000 } = {}) {
  const url = new URL(target, base);
  const init = { method, headers: { ...headers }, body, redirect: "manual", signal: AbortSignal.timeout(limit) };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers["Content-Type"] ??= "application/json";
  }
  if (body instanceof ReadableStream) {
    init.duplex = "half"; // fetch asks for it; the body goes out in chunks, without a Content-Length
  }
  wrote ||= !["GET", "HEAD", "OPTIONS"].includes(method);
  try {
    const response = await fetch(url, init);
    const content = await response.text();
    return { status: response.status, headers: response.headers, text: content, data: parsed(content) };
  } catch (error) {
    // fetch itself only says "fetch failed".
    const reason = error.cause?.code ?? error.cause?.message ?? error.message;
    throw new Error(`no answer to ${method} ${url.href.slice(0, 100)}: ${reason}`, { cause: error });
  }
}

/**
 * Send a request that `send` cannot: fetch refuses some methods, and always sends the Host of the address.
 *
 * @param {string} method - any word.
 * @param {string} path - what to ask for.
 * @param {object} [options] - `headers`, `body` (a string).
 * @returns {Promise<{status: number, headers: Headers, text: string, data: any}>} as from `send`.
 */
export async function sendRaw(method, path, { headers = {}, body = "" } = {}) {
  const { request } = base.startsWith("https:") ? https : http;
  wrote ||= !["GET", "HEAD", "OPTIONS"].includes(method);
  const response = await new Promise((resolve, reject) => {
    const sent = request(new URL(path, base), { method, headers, timeout: 10_000, agent: false });
    sent.on("response", resolve);
    sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${path} within 10 s`)));
    sent.on("error", reject);
    sent.end(body);
  });
  const content = await text(response);
  return {
    status: response.statusCode,
    headers: new Headers(response.headers),
    text: content,
    data: parsed(content),
  };
}

/**
 * @param {string} text - a body.
 * @returns {any} its value; undefined where it is no JSON.
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Create an item that a spec needs.
 *
 * @param {object} [fields] - any of title, completed, order.
 * @returns {Promise<object>} the item as the service shows it.
 */
export async function create(fields = {}) {
  const response = await send("POST", "/todos", { json: fields });
  assert.equal(response.status, 201, `POST /todos answered ${response.status}: ${response.text.slice(0, 200)}`);
  return response.data;
}

/** Delete every item, so that a spec knows what is on the list. */
export async function emptyList() {
  const response = await send("DELETE", "/todos");
  assert.equal(response.status, 204, `DELETE /todos answered ${response.status}: ${response.text.slice(0, 200)}`);
}

/**
 * The words of a header that is a list.
 *
 * @param {{headers: Headers}} response - an answer.
 * @param {string} name - the header.
 * @returns {string[]} in lower case, sorted.
 */
export function listed(response, name) {
  return (response.headers.get(name) ?? "")
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean)
    .sort();
}
