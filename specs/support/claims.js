/** Claims that many specs make in the same words. */
import assert from "node:assert/strict";
import { it } from "mocha";

/**
 * Claim what holds for every error, whichever layer answers.
 *
 * @param {number} status - the status expected.
 * @param {() => {status: number, headers: Headers, data: any, text: string}} answer - gives the answer once it is there.
 */
export function claimError(status, answer) {
  it(`answers ${status}`, () => {
    assert.equal(
      answer().status,
      status,
      `expected ${status}, found ${answer().status}: ${answer().text.slice(0, 200)}`,
    );
  });

  it("is JSON", () => {
    assert.match(answer().headers.get("content-type") ?? "", /^application\/json\b/);
    assert.equal(typeof answer().data, "object", `expected a JSON object, found: ${answer().text.slice(0, 200)}`);
  });

  it("may be read from any origin", () => {
    assert.equal(answer().headers.get("access-control-allow-origin"), "*");
  });
}
