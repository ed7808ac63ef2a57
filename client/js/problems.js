/** What went wrong, in words, until it is mended or dismissed. The region is an alert: a screen reader reads what comes in. */

const region = document.querySelector(".problems");
const template = document.querySelector("#problem");
const shown = new Map();

/**
 * @param {string} key - what it is about; a newer sentence about the same takes its place.
 * @param {string} words - the sentence.
 * @param {() => void} [retry] - what "Try again" does, where that makes sense.
 */
export function tell(key, words, retry) {
  settle(key);
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector(".words").textContent = words;
  const again = element.querySelector(".retry");
  if (retry) {
    again.addEventListener("click", retry);
  } else {
    again.remove();
  }
  element.querySelector(".dismiss").addEventListener("click", () => settle(key));
  shown.set(key, element);
  region.append(element);
}

/**
 * @param {string} key - what is mended.
 */
export function settle(key) {
  const element = shown.get(key);
  if (element) {
    // Whoever had just pressed one of its buttons must not fall off the page.
    const focused = element.contains(document.activeElement);
    element.remove();
    shown.delete(key);
    if (focused) {
      document.querySelector(".new-todo").focus();
    }
  }
}

/** Nothing of what was said holds any more. */
export function settleAll() {
  for (const key of [...shown.keys()]) {
    settle(key);
  }
}
