/** The page: opens the list that the form, the page's address or the release names, and does what the user asks. */
import { quote, resolveAddress } from "./address.js";
import { ApiError } from "./api.js";
import { clearError, showError } from "./errors.js";
import { TodoList } from "./list.js";
import * as view from "./view.js";

const find = (selector) => document.querySelector(selector);
const [addressField, newTodo, toggleAll, count] = ["#address", ".new-todo", ".toggle-all", ".todo-count"].map(find);

/** The open list, if the address is one. */
let list;
/** The list's address as it stands in the page's own address. */
let openedAddress;
/** The release's own address, from config.json. */
let releaseAddress;
/** What the page wrote into the address field; what the user typed there is not overwritten. */
let filledIn = "";

const render = () => view.render(list?.items ?? [], rowActions);

/** Tell a screen reader. */
function announce(message) {
  find("[role=status]").textContent = message;
}

/**
 * Send requests by `work(list)`. If they fail, show `failure` and the error, and after an outage a button for `retry`.
 * Success clears the error with the same key.
 *
 * @returns {Promise<Error|undefined>} the error, which is not shown if another list was opened meanwhile.
 */
async function attempt(key, failure, work, retry) {
  const used = list;
  try {
    await work(used);
    clearError(key);
    return undefined;
  } catch (error) {
    if (used === list) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      showError(key, `${failure}: ${error.message}`, error.isOutage && retry);
      if (error.isOutage && key !== "list") {
        // The API may have changed the list all the same. If this fails too, the first error says enough.
        used.load().catch(() => {});
      }
    }
    return error;
  }
}

async function add(event) {
  event?.preventDefault();
  const title = newTodo.value.trim();
  if (title === "" || newTodo.readOnly) {
    return;
  }
  if (!list) {
    showError("address", "Expected the address of a list to add to, found none. Type it above.");
    return;
  }
  newTodo.readOnly = true;
  const error = await attempt("new", `${quote(title)} was not added`, (used) => used.add(title), add);
  newTodo.readOnly = false;
  if (!error) {
    newTodo.value = "";
    announce(`Added ${quote(title)}. ${count.textContent}.`);
  }
}

find(".new").addEventListener("submit", add);

/** Change one item; `typed` is a title that must not be lost. Returns whether its edit field may close. */
async function change(item, success, failure, work, typed) {
  const error = await attempt(item.url, failure, work);
  if (!error) {
    announce(`${success}. ${count.textContent}.`);
  } else if (error.isGone) {
    const message = `${quote(item.title)} is no longer on the list: someone else deleted it.`;
    showError(item.url, typed ? `${message} You typed: ${typed}` : message);
  }
  return !error || error.isGone;
}

const rowActions = {
  closed: render,

  complete(item) {
    const completed = !item.completed;
    const [title, state] = [quote(item.title), completed ? "completed" : "active"];
    change(item, `${title} is ${state}`, `${title} is not ${state}`, (used) => used.update(item, { completed }));
  },

  remove(item) {
    const title = quote(item.title);
    return change(item, `Deleted ${title}`, `${title} was not deleted`, (used) => used.remove(item));
  },

  rename(item, title) {
    if (title === "") {
      return rowActions.remove(item);
    }
    const update = (used) => used.update(item, { title });
    return change(item, `Saved ${quote(title)}`, `${quote(title)} was not saved`, update, title);
  },
};

let changingMany = false;

/** Change each item for which `concerns` is true. */
async function changeMany(failure, concerns, changeOne) {
  if (!changingMany) {
    changingMany = true;
    const work = (used) => used.changeMany(used.items.filter(concerns), (item) => changeOne(used, item));
    await attempt("many", failure, work, () => changeMany(failure, concerns, changeOne));
    changingMany = false;
    announce(`${count.textContent}.`);
  }
}

toggleAll.addEventListener("change", () => {
  const completed = toggleAll.checked;
  changeMany(
    `Not all items are ${completed ? "completed" : "active"}`,
    (item) => item.completed !== completed,
    (used, item) => used.update(item, { completed }),
  );
});

find(".clear-completed").addEventListener("click", async ({ target }) => {
  await changeMany(
    "Not all completed items were deleted",
    (item) => item.completed,
    (used, item) => used.remove(item),
  );
  // The hidden button cannot keep the focus.
  if (target.hidden && [target, document.body].includes(document.activeElement)) {
    (find(".footer").hidden ? newTodo : find(".filters .selected")).focus();
  }
});

async function load() {
  const error = await attempt("list", "The list was not loaded", (used) => used.load(), load);
  if (!error) {
    keepAddress(list.address); // another one, if there was a link or a redirect
  }
  return !error;
}

/** Put the address into the field and into the page's own address, for a reload and for links. */
function keepAddress(address, historyMethod = "replaceState") {
  const url = new URL(location.href);
  url.searchParams.set("api", address);
  history[historyMethod](null, "", url);
  openedAddress = address;
  if (addressField.value === filledIn) {
    addressField.value = address;
    filledIn = address;
  }
}

function closeList() {
  list?.close();
  list = undefined;
  clearError();
  view.clear();
  render();
}

/** Open the list at an address; where that is no address, say so and leave the list as it is. */
async function openList(text, historyMethod) {
  const { address, error } = resolveAddress(text, location);
  if (error) {
    addressField.value ||= text;
    addressField.setAttribute("aria-invalid", "true");
    showError("address", error);
    return;
  }
  addressField.removeAttribute("aria-invalid");
  keepAddress(address, historyMethod);
  closeList();
  list = new TodoList(address, render);
  if (await load()) {
    announce(`${list.items.length} items from ${list.address}.`);
  }
}

/** Show what the page's own address says: at the start, and after the browser's "back" and "forward". */
function followLocation() {
  const text = new URLSearchParams(location.search).get("api") ?? releaseAddress;
  if (text && text === openedAddress) {
    render();
    announce(`${find(".filters .selected").textContent} items.`);
    return;
  }
  if (openedAddress) {
    filledIn = addressField.value; // the address that is left
  }
  closeList();
  openedAddress = text;
  if (text) {
    openList(text);
  } else {
    showError("address", "Expected the API's address in config.json, found none. Type it above.");
  }
}

find(".address").addEventListener("submit", (event) => {
  event.preventDefault();
  filledIn = addressField.value;
  openList(filledIn, filledIn === openedAddress ? "replaceState" : "pushState");
});
window.addEventListener("popstate", followLocation);

// Show what others changed when the user comes back to the page.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && list && load());

releaseAddress = await fetch("config.json", { cache: "no-store" })
  .then((response) => response.json())
  .then(({ api }) => api)
  .catch(() => undefined);
followLocation();
