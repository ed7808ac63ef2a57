/** One request, and what went wrong with it in words. */

/** Milliseconds until an answer is no longer waited for. */
export const PATIENCE = 10_000;

/** A request that did not do what it was sent for. Its message is fit to be shown. */
export class Failure extends Error {
  /**
   * @param {string} message - what was found, and what to do.
   * @param {number} [status] - the answer's; 0 where there was no answer.
   */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }

  /** Whether the request may have been carried out all the same. */
  get unsure() {
    return this.status === 0 || this.status >= 500;
  }

  /** Whether what it was about is no longer there. */
  get gone() {
    return this.status === 404 || this.status === 410;
  }
}

/**
 * @param {string} method - the HTTP method.
 * @param {string} url - a whole URL.
 * @param {object} options - `json`, the value to send, if any; `signal`, which ends the request.
 * @returns {Promise<{url: string, data: any}>} where the answer came from, after redirections, and its value; undefined
 *   where there is none.
 * @throws {Failure} no answer, or one that refuses. When `signal` ended it, what the signal says.
 */
export async function request(method, url, { json, signal }) {
  const init = {
    method,
    headers: { Accept: "application/json" },
    // What the API says now, not what it said before.
    cache: "no-store",
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  };
  if (json !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(json);
  }
  let response;
  let text;
  try {
    response = await fetch(url, init);
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(silence(url, error));
  }
  const data = parsed(text);
  if (!response.ok) {
    throw new Failure(refusal(response, data), response.status);
  }
  if (text !== "" && data === undefined) {
    const type = response.headers.get("content-type") || "an unnamed type";
    throw new Failure(`expected JSON at ${url}, found ${type}. Check the address.`, response.status);
  }
  return { url: response.url, data };
}

/**
 * @param {string} url - what was called.
 * @param {Error} error - fetch's; it says no more than that there is no answer.
 * @returns {string} what to look at.
 */
function silence(url, error) {
  if (error.name === "TimeoutError") {
    return `expected an answer from ${url}, found none within ${PATIENCE / 1000} seconds. Wait a little, then try again.`;
  }
  const mixed = location.protocol === "https:" && url.startsWith("http:");
  const hint = mixed ? "A page of https: may call https: only." : "Is it running? Is the address right?";
  return `expected an answer from ${url}, found none. ${hint}`;
}

/**
 * @param {Response} response - an answer that is no success.
 * @param {any} data - its value.
 * @returns {string} the API's own words, and what to do.
 */
function refusal(response, data) {
  const words = said(data);
  const found = `the API answered ${response.status}${words ? `: ${words}` : "."}`;
  if (response.status < 500 && response.status !== 429) {
    return found;
  }
  // The API must expose the header, else a page of another origin sees none.
  const seconds = Number.parseInt(response.headers.get("retry-after"), 10);
  // The API may have said so already, without the number.
  return `${found.replace(/ Try again\b[^.]*\.$/, "")} Try again${seconds > 0 ? ` in ${seconds} seconds` : " in a while"}.`;
}

/**
 * @param {any} data - an error's value: `detail`, or the fields with their reasons.
 * @returns {string} its words, ending in a full stop; "" where it has none.
 */
function said(data) {
  if (data === null || typeof data !== "object") {
    return "";
  }
  const words =
    typeof data.detail === "string"
      ? data.detail
      : Object.entries(data)
          .map(([field, reasons]) => `${field}: ${[reasons].flat().join(" ")}`)
          .join(" ");
  const short = words.trim().slice(0, 300);
  return /[.!?…]$/.test(short) || short === "" ? short : `${short}.`;
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
