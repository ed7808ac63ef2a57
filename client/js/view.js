/** The list on the page: its rows, the count, the filters. */
import { Row } from "./row.js";

const find = (selector) => document.querySelector(selector);
const [main, footer, rowList, count] = [".main", ".footer", ".todo-list", ".todo-count"].map(find);
const [toggleAll, clearCompleted, newTodo] = [".toggle-all", ".clear-completed", ".new-todo"].map(find);

/** Which items each hash of the page's address shows. */
const FILTERS = {
  "#/": () => true,
  "#/active": (item) => !item.completed,
  "#/completed": (item) => item.completed,
};

/** By the item's URL, so that a row keeps its focus and its open edit field while the list changes. */
const rows = new Map();

/** Show the list's items; `actions` is what a row can do (row.js). */
export function render(items, actions) {
  const focused = document.activeElement;
  const focusedIndex = [...rowList.children].indexOf(focused?.closest(".todo-list li"));
  const hash = Object.hasOwn(FILTERS, location.hash) ? location.hash : "#/";
  const byUrl = new Map(items.map((item) => [item.url, item]));
  const isVisible = (item) => item && FILTERS[hash](item);
  for (const [url, row] of rows) {
    // An open edit field stays, even if its item is gone: saving it shows the error.
    if (!row.editing && !isVisible(byUrl.get(url))) {
      row.element.remove();
      rows.delete(url);
    }
  }
  for (const item of items) {
    if (isVisible(item) && !rows.has(item.url)) {
      rows.set(item.url, new Row(item, actions));
    }
    rows.get(item.url)?.show(item);
  }
  // A row that is in place is not moved: moving drops its focus.
  const sorted = items.map(({ url }) => rows.get(url)?.element).filter(Boolean);
  sorted.forEach((element, index) => {
    if (rowList.children[index] !== element) {
      rowList.insertBefore(element, rowList.children[index] ?? null);
    }
  });
  renderFooter(items, hash);
  if (focusedIndex >= 0 && !focused.isConnected) {
    // The focused row was removed: focus the one in its place, or the field for new items.
    const row = rowList.children[Math.min(focusedIndex, rowList.children.length - 1)];
    (row?.querySelector(focused.matches(".toggle") ? ".toggle" : ".title") ?? newTodo).focus();
  }
}

/** Remove all rows, open edit fields too. */
export function clear() {
  rows.clear();
  rowList.replaceChildren();
}

function renderFooter(items, hash) {
  const active = items.filter(({ completed }) => !completed).length;
  const number = document.createElement("strong");
  number.textContent = active;
  count.replaceChildren(number, ` ${active === 1 ? "item" : "items"} left`);
  main.hidden = items.length === 0 && rows.size === 0;
  footer.hidden = main.hidden;
  toggleAll.checked = items.length > 0 && active === 0;
  clearCompleted.hidden = items.length === active;
  for (const link of document.querySelectorAll(".filters a")) {
    const selected = link.getAttribute("href") === hash;
    link.classList.toggle("selected", selected);
    link.ariaCurrent = selected ? "true" : null;
  }
}
