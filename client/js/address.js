/** The API's address: what a person, a link or the release says, and which URL is meant. */

/** An address that cannot be used. Its message says what was expected, what was found and what to type. */
export class AddressError extends Error {}

/**
 * @param {string} text - a URL; or `:8000/todos`, this page's scheme and host name with that port; or `/todos`, this
 *   page's own server.
 * @param {Location|URL} here - where this page is.
 * @returns {string} the whole URL.
 * @throws {AddressError} it is none that a page may call.
 */
export function resolved(text, here) {
  const given = text.trim();
  const example = `Type for example ${here.protocol}//${here.hostname}:8000/todos`;
  if (given === "") {
    throw new AddressError(`Expected the address of a todo list, found none. ${example}`);
  }
  if (/^:\d+(\/|$)/.test(given)) {
    return checked(`${here.protocol}//${here.hostname}${given}`, given, example);
  }
  if (/^\/(?!\/)/.test(given)) {
    return checked(`${here.protocol}//${here.host}${given}`, given, example);
  }
  return checked(given, given, example);
}

/**
 * @param {string} whole - what should be a whole URL.
 * @param {string} given - as it was typed.
 * @param {string} example - what to type instead.
 * @returns {string} the URL.
 */
function checked(whole, given, example) {
  const shown = quoted(given);
  // "localhost:8000" is a URL too, of the scheme "localhost"; what is meant has a host or a port before a slash.
  if (/^[\w.-]+(:\d+)?(\/.*)?$/.test(whole) && isHttp(`http://${whole}`)) {
    throw new AddressError(
      `Expected an address that begins with http:// or https://, found ${shown}. Type http://${whole}`,
    );
  }
  if (!isHttp(whole)) {
    throw new AddressError(`Expected an address that begins with http:// or https://, found ${shown}. ${example}`);
  }
  const url = new URL(whole);
  if (url.username || url.password) {
    throw new AddressError("Expected an address without a name and password, found one with them. Take them out.");
  }
  url.hash = "";
  return url.href;
}

/**
 * Everything else (javascript:, data:, file:) is no server's address.
 *
 * @param {string} text - any text.
 * @returns {boolean} whether it is a URL that a page may call.
 */
export function isHttp(text) {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}

/**
 * @param {string} text - any text.
 * @returns {string} in quotation marks, and not longer than a sentence bears.
 */
export function quoted(text) {
  const characters = Array.from(text);
  return `“${characters.length > 80 ? `${characters.slice(0, 80).join("")}…` : text}”`;
}
