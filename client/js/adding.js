/** The field for new items: its text leaves it when the API has it, not before. */
import { quoted } from "./address.js";
import * as problems from "./problems.js";
import { announce, attempt, left, list, refreshAfter, report } from "./session.js";

const newTodo = document.querySelector(".new-todo");

/** What Enter was pressed on, and has not been sent yet: a fast person does not wait for answers. */
const waiting = [];
let sending = false;
/** Whether something was typed since Enter was pressed; if not, the field still holds what is on its way. */
let typedSince = false;

newTodo.addEventListener("input", () => {
  typedSince = true;
});

document.querySelector(".new").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

/** Add what is in the field, if it is anything; once, however often Enter is pressed on it. */
function submit() {
  const typed = newTodo.value;
  if (typed.trim() === "" || (sending && !typedSince)) {
    return;
  }
  if (!list) {
    problems.tell("address", "Expected the address of a list to add to, found none. Type it above.");
    return;
  }
  typedSince = false;
  // Whoever types on begins the next one.
  newTodo.select();
  waiting.push(typed);
  if (!sending) {
    send();
  }
}

/** Send what waits, one after the other, so that the list has them in the order they were typed in. */
async function send() {
  sending = true;
  newTodo.setAttribute("aria-busy", "true");
  while (waiting.length > 0) {
    const typed = waiting.shift();
    const title = typed.trim();
    const failure = await attempt((mine) => mine.add(title));
    const inField = !typedSince && waiting.length === 0;
    if (!failure) {
      problems.settle("new");
      announce(`Added ${quoted(title)}. ${left()}`);
      if (inField) {
        newTodo.value = "";
      }
    } else if (inField || newTodo.value === "") {
      newTodo.value = typed;
      // Selected no longer: the next key must not take its place.
      newTodo.setSelectionRange(typed.length, typed.length);
      report("new", failure, `${quoted(title)} is not added`, submit);
    } else {
      // The field has another text by now, so the sentence keeps this one, all of it.
      reportLost(title, failure);
    }
    refreshAfter(failure);
  }
  sending = false;
  newTodo.removeAttribute("aria-busy");
}

/** Tell that a title which is no longer in the field was not added; "Try again" adds it. */
function reportLost(title, failure) {
  report(`new ${title}`, failure, `“${title}” is not added`, async () => {
    const again = await attempt((mine) => mine.add(title));
    reportLost(title, again);
  });
}
