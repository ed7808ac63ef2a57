/** The API's address: reads what a person, a link or the release wrote. */

/**
 * @param {string} text - a URL; `:8000/todos` for that port of the page's own host; `/todos` for the page's own server.
 * @param {Location|URL} page - the page's address.
 * @returns {{address?: string, error?: string}} the whole URL, or what was expected, what was found and what to type.
 */
export function resolveAddress(text, page) {
  const given = text.trim();
  const example = `Type for example ${page.protocol}//${page.hostname}:8000/todos`;
  if (given === "") {
    return { error: `Expected the address of a todo list, found none. ${example}` };
  }
  const whole = given
    .replace(/^:\d+(?=\/|$)/, `${page.protocol}//${page.hostname}$&`)
    .replace(/^\/(?!\/)/, `${page.origin}$&`);
  const address = httpUrl(whole);
  if (!address) {
    // "localhost:8000/todos" parses as a URL of the scheme "localhost".
    const forgot = /^[\w.-]+(:\d+)?(\/.*)?$/.test(given) && httpUrl(`http://${given}`);
    const hint = forgot ? `Type http://${given}` : example;
    return { error: `Expected an address that begins with http:// or https://, found ${quote(given)}. ${hint}` };
  }
  if (new URL(address).username || new URL(address).password) {
    return { error: "Expected an address without a name and password, found one with them. Remove them." };
  }
  return { address: address.replace(/#.*/, "") };
}

/** The whole URL, if a page may request it; `javascript:`, `data:` and `file:` it may not. */
export function httpUrl(text, base) {
  const url = text && URL.canParse(text, base) ? new URL(text, base) : undefined;
  return ["http:", "https:"].includes(url?.protocol) ? url.href : undefined;
}

/** The text in quotation marks, cut after 80 characters. */
export function quote(text) {
  const start = [...text].slice(0, 80).join("");
  return `“${start}${start === text ? "" : "…"}”`;
}
