/** The page's own address: the hash is the filter (`#/active`), `?api=` the list. Both are kept together. */

/** Which items each hash shows. */
const FILTERS = {
  "#/": () => true,
  "#/active": (item) => !item.completed,
  "#/completed": (item) => item.completed,
};

/** @returns {string} the hash that says which items are shown; an unknown one shows all. */
export function filterHash() {
  return Object.hasOwn(FILTERS, location.hash) ? location.hash : "#/";
}

/**
 * @param {object} item - an item.
 * @returns {boolean} whether the filter of the moment shows it.
 */
export function isShown(item) {
  return FILTERS[filterHash()](item);
}

/** @returns {string|null} the API's address in the page's address; null where there is none. */
export function apiInUrl() {
  return new URLSearchParams(location.search).get("api");
}

/**
 * Keep the API's address in the page's, for a reload and for who gets the link.
 *
 * @param {string} address - the API's.
 * @param {boolean} step - whether "back" leads to the address before it.
 */
export function keepApiInUrl(address, step) {
  const url = new URL(location.href);
  url.searchParams.set("api", address);
  history[step ? "pushState" : "replaceState"](null, "", url);
}
