/**
 * Make an error that is its sentence: where in the suite it was made tells a reader nothing.
 *
 * @param {string} text - what was expected, what was found, and what to do.
 * @returns {Error} the error, without a stack.
 */
export function sentence(text) {
  const error = new Error(text);
  error.stack = "";
  return error;
}
