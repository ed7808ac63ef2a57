/** One HTTP request to the API, with its errors as sentences for the user. */

const TIMEOUT_SECONDS = 10;

/** A request that failed. The message is fit to be shown. */
export class ApiError extends Error {
  /** `status` is the response's; 0 without a response. */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
    /** Whether a retry makes sense. The API may have done what was asked all the same. */
    this.isOutage = status === 0 || status >= 500;
    /** Whether the item no longer exists. */
    this.isGone = status === 404 || status === 410;
  }
}

/**
 * @returns {Promise<{url: string, data: any}>} the URL after redirects, and the JSON value; undefined for no body.
 * @throws {ApiError} no response, an error status, or a body that is not JSON. When `signal` aborts it, its reason.
 */
export async function request(method, url, { json, signal }) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_SECONDS * 1000);
  let response;
  let text;
  try {
    response = await fetch(url, {
      method,
      headers: { Accept: "application/json", ...(json && { "Content-Type": "application/json" }) },
      body: json && JSON.stringify(json),
      cache: "no-store",
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    text = await response.text();
  } catch {
    signal.throwIfAborted();
    const late = timeout.signal.aborted ? ` within ${TIMEOUT_SECONDS} seconds` : "";
    // fetch does not say why there is no response.
    throw new ApiError(`no response from ${url}${late}. Is it running? Is the address right?`);
  } finally {
    clearTimeout(timer);
  }
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    // An empty body, or a response of something that is no API.
  }
  if (!response.ok) {
    throw new ApiError(errorMessage(response, data), response.status);
  }
  if (text !== "" && data === undefined) {
    const type = response.headers.get("content-type");
    throw new ApiError(`expected JSON from ${url}, found ${type}. Check the address.`, response.status);
  }
  return { url: response.url, data };
}

/** The status, the API's own words (`detail`, or reasons by field), and when to try again. */
function errorMessage(response, data) {
  let words = data?.detail;
  if (typeof words !== "string") {
    const fields = Object.entries(Object(data));
    words = fields.map(([field, reasons]) => `${field}: ${[reasons].flat().join(" ")}`).join(" ");
  }
  const message = `the API responded ${response.status}${words && ": "}${words.slice(0, 300).replace(/\.$/, "")}.`;
  if (response.status < 500) {
    return message;
  }
  // A page of another origin sees this header only if the API exposes it.
  const seconds = Number.parseInt(response.headers.get("retry-after"), 10);
  return `${message} Try again in ${seconds > 0 ? `${seconds} seconds` : "a while"}.`;
}
