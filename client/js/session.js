/** The list of the moment, and how it is told what became of what was tried with it. */
import { Failure } from "./http.js";
import * as problems from "./problems.js";

const status = document.querySelector("[role=status]");

/** @type {import("./list.js").TodoList|undefined} the list of the moment; none while its address is none. */
export let list;

/** @param {import("./list.js").TodoList|undefined} next - the list that takes the place of the one before it. */
export function replaceList(next) {
  list?.end();
  list = next;
  problems.settleAll();
}

/** Say something to who does not see the page. */
export function announce(words) {
  status.textContent = words;
}

/** @returns {string} how many are left, in words. */
export function left() {
  return list.left === 1 ? "1 item left." : `${list.left} items left.`;
}

/** Another list has taken the place of the one that this was about; there is nothing to tell. */
const SUPERSEDED = new Failure("another list has taken its place.");

/**
 * Do something with the list.
 *
 * @param {(list: import("./list.js").TodoList) => Promise<void>} work - what to do.
 * @returns {Promise<Failure|undefined>} what went wrong, if anything.
 */
export async function attempt(work) {
  const mine = list;
  try {
    await work(mine);
    return undefined;
  } catch (error) {
    if (mine.ended) {
      return SUPERSEDED;
    }
    if (!(error instanceof Failure)) {
      throw error;
    }
    return error;
  }
}

/**
 * Tell what became of an attempt: what went wrong, or that what was told before is mended.
 *
 * @param {string} key - what it is about.
 * @param {Failure|undefined} failure - the attempt's.
 * @param {string} what - how the sentence begins.
 * @param {() => void} [retry] - what "Try again" does. What was refused would be refused again, and is not offered.
 */
export function report(key, failure, what, retry) {
  if (!failure) {
    problems.settle(key);
  } else if (failure !== SUPERSEDED) {
    problems.tell(key, `${what}: ${failure.message}`, failure.unsure ? retry : undefined);
  }
}

/** Where a request may have been carried out all the same, look; if that fails too, enough has been said. */
export function refreshAfter(failure) {
  if (failure?.unsure && failure !== SUPERSEDED) {
    attempt((mine) => mine.load());
  }
}
