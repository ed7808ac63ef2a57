/** Requests to the service under test, and the items that a spec starts from. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

const url = process.env.TODOBACKEND_URL || "http://localhost:8000";
assert.ok(URL.canParse(url), `expected a URL like http://localhost:8000 in TODOBACKEND_URL, found: ${url}`);

/** Scheme, host and port of the service, as a client sees them. */
export const base = new URL(url).origin;

/** The origin that a browser sends when a page of another site calls the service. */
export const origin = "https://page.example";

/** Whether this run changed the list. The smoke claims only read. */
export let wrote = false;

const SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"];
const TIMEOUT = 10_000; // milliseconds

/** A response; reading `data` fails where the body is not JSON. */
function response(status, headers, body) {
  return {
    status,
    headers,
    text: body,
    get data() {
      return JSON.parse(body);
    },
  };
}

/** Send one request to a path or a URL; `json` is a value to send, other options are fetch's. */
export async function send(method, target, { json, headers, ...options } = {}) {
  wrote ||= !SAFE.includes(method);
  const init = { method, headers, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT), ...options };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers = { "Content-Type": "application/json", ...headers };
  }
  const received = await fetch(new URL(target, base), init);
  return response(received.status, received.headers, await received.text());
}

/** Send what fetch does not: any method, Host and path, and a response that stays compressed. `at` is another server. */
export async function sendRaw(method, path, { headers, body, at = base } = {}) {
  wrote ||= !SAFE.includes(method);
  const { request } = at.startsWith("https:") ? https : http;
  const sent = request(at, { method, path, headers, agent: false, signal: AbortSignal.timeout(TIMEOUT) });
  sent.end(body);
  const [received] = await once(sent, "response");
  return response(received.statusCode, new Headers(received.headers), await text(received));
}

/** Create an item that a spec needs; return it as the service shows it. */
export async function create(fields = {}) {
  const { status, data } = await send("POST", "/todos", { json: fields });
  assert.equal(status, 201, "expected POST /todos to create an item");
  return data;
}

/** Delete every item, so that a spec knows what is on the list. */
export async function emptyList() {
  const { status } = await send("DELETE", "/todos");
  assert.equal(status, 204, "expected DELETE /todos to empty the list");
}

/** @returns {string[]} the words of a header that is a list, in lower case and sorted. */
export function listed({ headers }, name) {
  return (headers.get(name) ?? "").toLowerCase().split(/, */).sort();
}
