/** Error messages on the page. Their region is an alert, so a screen reader reads each new message. */

const region = document.querySelector(".problems");
const template = document.querySelector("#problem");
const shown = new Map();

/** Show a message in place of an earlier one with the same key; without `retry` there is no button "Try again". */
export function showError(key, message, retry) {
  clearError(key);
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector(".words").textContent = message;
  element.querySelector(".dismiss").addEventListener("click", () => clearError(key));
  element.querySelector(".retry").addEventListener("click", () => retry());
  element.querySelector(".retry").hidden = !retry;
  shown.set(key, element);
  region.append(element);
}

/** Remove a message; without a key, all of them. */
export function clearError(key) {
  const hadFocus = region.contains(document.activeElement);
  for (const each of key ? [key] : [...shown.keys()]) {
    shown.get(each)?.remove();
    shown.delete(each);
  }
  if (hadFocus && !region.contains(document.activeElement)) {
    // Removing the focused element would send the keyboard back to the top of the page.
    document.querySelector(".new-todo").focus();
  }
}
