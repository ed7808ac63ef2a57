/** What a person does with the items there are, and what is said about it. */
import { quoted } from "./address.js";
import * as problems from "./problems.js";
import { announce, attempt, left, list, refreshAfter, report } from "./session.js";
import * as view from "./view.js";

const find = (selector) => document.querySelector(selector);
const newTodo = find(".new-todo");

/** Bring the page to what the list is now. */
export const show = () => view.show(list, rowActions);

/** Somebody else was faster. */
function tellGone(item, typed) {
  problems.settle(item.url);
  const kept = typed && newTodo.value === "";
  if (kept) {
    newTodo.value = typed;
  }
  const words = kept ? " What you typed is in the field for new ones." : typed ? ` What you typed: ${typed}` : "";
  problems.tell(
    typed ? `gone ${item.url}` : "gone",
    `Expected ${quoted(item.title)} on the list, found that it is no longer there: somebody else deleted it.${words}`,
  );
}

/**
 * Tell what became of a change of one item.
 *
 * @param {object} item - the item.
 * @param {Failure|undefined} failure - what went wrong, if anything.
 * @param {string} what - how the sentence about it begins.
 * @param {string} done - what to say when all went well.
 * @param {string} [typed] - a title that must not be lost.
 */
function reportItem(item, failure, what, done, typed) {
  if (failure?.gone) {
    tellGone(item, typed);
  } else {
    report(item.url, failure, what);
    refreshAfter(failure);
  }
  if (!failure) {
    announce(`${done} ${left()}`);
  }
}

const rowActions = {
  closed: show,

  async remove(item) {
    const failure = await attempt((mine) => mine.remove(item));
    reportItem(item, failure, `${quoted(item.title)} is not deleted`, `Deleted ${quoted(item.title)}.`);
    return !failure || failure.gone;
  },

  async complete(item, completed) {
    const word = completed ? "completed" : "active";
    const failure = await attempt((mine) => mine.complete(item, completed));
    reportItem(item, failure, `${quoted(item.title)} is not ${word}`, `${quoted(item.title)} is ${word}.`);
  },

  async rename(item, title) {
    if (title === "") {
      return rowActions.remove(item);
    }
    const failure = await attempt((mine) => mine.rename(item, title));
    reportItem(item, failure, `${quoted(title)} is not saved`, `Saved ${quoted(title)}.`, title);
    return !failure || failure.gone;
  },
};

/**
 * Change many, and tell once what went wrong with how many of them.
 *
 * @param {string} what - what they are not, if it goes wrong.
 * @param {(list: TodoList) => Promise<Failure[]>} work - what to do.
 * @param {() => void} retry - what "Try again" does.
 */
async function changeMany(what, work, retry) {
  let failures = [];
  const superseded = await attempt(async (mine) => {
    failures = await work(mine);
  });
  if (superseded) {
    return;
  }
  const number = failures.length === 1 ? "1 item is" : `${failures.length} items are`;
  report("many", failures[0], `${number} ${what}`, retry);
  refreshAfter(failures[0]);
  announce(left());
}

function toggleAll(completed) {
  const what = completed ? "not completed" : "not active";
  changeMany(
    what,
    (mine) => mine.completeAll(completed),
    () => toggleAll(completed),
  );
}

async function clearCompleted() {
  await changeMany("not deleted", (mine) => mine.clearCompleted(), clearCompleted);
  // The button has gone, and the focus with it.
  const button = find(".clear-completed");
  if (button.hidden && [button, document.body].includes(document.activeElement)) {
    (find(".footer").hidden ? newTodo : find(".filters .selected")).focus();
  }
}

find(".toggle-all").addEventListener("change", (event) => toggleAll(event.target.checked));
find(".clear-completed").addEventListener("click", clearCompleted);
