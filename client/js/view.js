/** The list on the page: which rows there are, in which order, and what stands around them. */
import { filterHash, isShown } from "./route.js";
import { Row } from "./row.js";

const find = (selector) => document.querySelector(selector);
const [main, footer, rows, count] = [".main", ".footer", ".todo-list", ".todo-count"].map(find);
const [toggleAll, clearCompleted, newTodo] = [".toggle-all", ".clear-completed", ".new-todo"].map(find);
const filters = [...document.querySelectorAll(".filters a")];

/** By item, so that a row keeps its edit field and its focus whatever else changes. */
const known = new Map();

/**
 * Bring the page to what the list is now.
 *
 * @param {import("./list.js").TodoList|undefined} list - the list, if there is one.
 * @param {object} actions - what each row can do.
 */
export function show(list, actions) {
  const items = list?.items ?? [];
  const focus = focused();
  for (const item of items) {
    if (isShown(item) && !known.has(item)) {
      known.set(item, new Row(item, actions));
    }
  }
  const present = new Set(items);
  for (const [item, row] of known) {
    // An open edit field stays, also where its item is gone: saving it will tell.
    if (!row.editing && !(present.has(item) && isShown(item))) {
      row.element.remove();
      known.delete(item);
    }
  }
  place(items);
  showCounts(items);
  // Not before it is visible: what is hidden takes no focus.
  if (focus && !focus.element.isConnected) {
    focusNear(focus);
  }
}

/** Close everything: another list comes. */
export function clear() {
  known.clear();
  rows.replaceChildren();
}

/** Put the rows into the list's order, moving none that stands right: a row that is moved loses its focus. */
function place(items) {
  let next = rows.firstElementChild;
  for (const item of items) {
    const row = known.get(item);
    if (!row) {
      continue;
    }
    row.show();
    while (next && next !== row.element && isStray(next, items)) {
      next = next.nextElementSibling;
    }
    if (next === row.element) {
      next = next.nextElementSibling;
    } else {
      rows.insertBefore(row.element, next);
    }
  }
}

/** Whether a row belongs to no item of the list: an open edit field whose item is gone. */
function isStray(element, items) {
  const isEdited = element.classList.contains("editing");
  return isEdited && !items.some((item) => known.get(item)?.element === element);
}

function showCounts(items) {
  const left = items.filter(({ completed }) => !completed).length;
  const number = document.createElement("strong");
  number.textContent = left;
  count.replaceChildren(number, ` ${left === 1 ? "item" : "items"} left`);
  main.hidden = items.length === 0 && known.size === 0;
  footer.hidden = main.hidden;
  toggleAll.checked = items.length > 0 && left === 0;
  clearCompleted.hidden = items.length === left;
  for (const link of filters) {
    const selected = link.getAttribute("href") === filterHash();
    link.classList.toggle("selected", selected);
    if (selected) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

/** @returns {{element: Element, name: string, index: number}|undefined} the control of a row that has the focus. */
function focused() {
  const element = document.activeElement;
  const row = element?.closest(".todo-list li");
  return row ? { element, name: element.className, index: [...rows.children].indexOf(row) } : undefined;
}

/** The row with the focus has gone: give it to the row in its place, or to the one before, or to the field above. */
function focusNear({ name, index }) {
  const row = rows.children[Math.min(index, rows.children.length - 1)];
  const control = row?.querySelector(name === "toggle" ? ".toggle" : ".title");
  (control ?? newTodo).focus();
}
