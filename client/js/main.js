/** Which list the page is about: what its form, its own address and the release say. */
import "./adding.js";
import { AddressError, resolved } from "./address.js";
import { show } from "./changing.js";
import { TodoList } from "./list.js";
import * as problems from "./problems.js";
import { apiInUrl, keepApiInUrl } from "./route.js";
import { announce, attempt, list, replaceList, report } from "./session.js";
import * as view from "./view.js";

const addressField = document.querySelector("#address");

/** What the list of the moment was asked for by: the text in the page's address, or the release's. */
let asked;
/** The release's own address; undefined where the server of this page does not say it. */
let release;
/** Whether somebody is typing another address: then the page does not write into the field. */
let typing = false;

/**
 * Load the list, and say how that went.
 *
 * @returns {Promise<Failure|undefined>} what went wrong, if anything.
 */
async function load() {
  const before = list.address;
  const failure = await attempt((mine) => mine.load());
  report("list", failure, "The list is not loaded", load);
  if (!failure && list.address !== before) {
    // A link was followed, or a redirection.
    if (addressField.value === before) {
      addressField.value = list.address;
    }
    asked = list.address;
    keepApiInUrl(asked, false);
  }
  return failure;
}

/**
 * Talk to another API.
 *
 * @param {string} address - the list's root.
 */
async function connect(address) {
  replaceList(new TodoList(address, show));
  view.clear();
  show();
  fillIn(address);
  if (!(await load())) {
    announce(`${list.items.length} items from ${address}.`);
  }
}

/** Show which address is meant. */
function fillIn(text) {
  if (!typing) {
    addressField.value = text;
    addressField.removeAttribute("aria-invalid");
  }
}

/** What the text means; where it means nothing, that is told. */
function understood(text) {
  try {
    const address = resolved(text, location);
    problems.settle("address");
    addressField.removeAttribute("aria-invalid");
    return address;
  } catch (error) {
    if (!(error instanceof AddressError)) {
      throw error;
    }
    addressField.setAttribute("aria-invalid", "true");
    problems.tell("address", error.message);
    return undefined;
  }
}

/** Bring the page to what its own address says: at the start, and after "back" and "forward". */
function follow() {
  const text = apiInUrl() ?? release;
  typing &&= asked === undefined || text === asked; // another address by "back" goes before what is being typed
  if (text === asked && text !== undefined) {
    show();
    announce(`${document.querySelector(".filters .selected").textContent} items.`);
    return;
  }
  asked = text;
  fillIn(text ?? "");
  replaceList(undefined);
  view.clear();
  show();
  if (text === undefined) {
    problems.tell("address", "Expected the API's address in config.json, found none. Type it above.");
    return;
  }
  const address = understood(text);
  if (address) {
    keepApiInUrl(address, false);
    asked = address;
    connect(address);
  }
}

document.querySelector(".address").addEventListener("submit", (event) => {
  event.preventDefault();
  typing = false;
  const address = understood(addressField.value);
  if (address) {
    keepApiInUrl(address, address !== asked);
    asked = address;
    connect(address);
  }
});
addressField.addEventListener("input", () => {
  typing = true;
});
// A hash that changes is a step in the history too.
window.addEventListener("popstate", follow);

// What others did meanwhile, as soon as somebody looks.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && list) {
    load();
  }
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && list) {
    load();
  }
});

release = await fetch("config.json", { cache: "no-store" })
  .then((answer) => answer.json())
  .then(({ api }) => (typeof api === "string" ? api : undefined))
  .catch(() => undefined);
follow();
