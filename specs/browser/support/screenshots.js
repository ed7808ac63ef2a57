/** What the page looked like, for a person to look at. */
import { mkdirSync } from "node:fs";

// Beside the report; the suite runs in specs/browser.
const FOLDER = "../../reports/screenshots";
let taken = 0;

/**
 * Take a picture of the whole page.
 *
 * @param {import("playwright-core").Page} page - the page.
 * @param {string} what - what it shows; the file's name, after its number.
 */
export async function shot(page, what) {
  mkdirSync(FOLDER, { recursive: true });
  taken += 1;
  const number = String(taken).padStart(2, "0");
  // caret: hiding it takes a style sheet in the page, which the page's policy forbids.
  await page.screenshot({ path: `${FOLDER}/${number}-${what}.png`, fullPage: true, caret: "initial" });
}
