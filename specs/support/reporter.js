/** The report: a specification on the console, and the same as JUnit XML in a file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import Mocha from "mocha";
import { sentence } from "./sentence.js";

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };

// Colour codes first, as a whole; then single characters that XML 1.0 cannot hold at all.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNPRINTABLE = /\u001b\[[0-9;]*m|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * Mocha's `spec`, plus the file named by the reporter option `output`; `name` is the suite's in it.
 *
 * The file is not left to mocha's `xunit`: that calls every failure an error and, when a hook fails, counts tests="0"
 * skipped="-1"; and its stream is complete only after the run. Here it is written in one go when the run ends.
 */
export default class SpecAndJUnit extends Mocha.reporters.Spec {
  constructor(runner, options) {
    if (process.env.NO_COLOR) {
      Mocha.reporters.Base.useColors = false;
    }
    super(runner, options);
    const { output, name = "acceptance" } = options.reporterOptions;
    // Now, not at the end: a place that cannot be written shows before the suite runs, and a run that is killed
    // leaves an empty file, which nobody can take for the last run's success.
    try {
      mkdirSync(dirname(output), { recursive: true });
      writeFileSync(output, "");
    } catch ({ message }) {
      throw sentence(`expected to write the report, found: ${message}. Give the suite a directory it may write to.`);
    }

    const cases = [];
    runner.on(EVENT_TEST_PASS, (test) => cases.push(testcase(test)));
    runner.on(EVENT_TEST_PENDING, (test) => cases.push(testcase(test, "<skipped/>")));
    runner.on(EVENT_TEST_FAIL, (test, error) => cases.push(testcase(test, failure(error))));
    runner.once(EVENT_RUN_END, () => {
      if (runner.total === 0) {
        const error = sentence("expected at least one test, found none. Check the files of test/ and --grep.");
        console.error(`FAIL: ${error.message}`);
        cases.push(
          `<testcase${attributes({ classname: "Acceptance", name: "has tests" })}>${failure(error)}</testcase>`,
        );
      }
      writeFileSync(output, document(name, cases, this.stats));
    });
  }
}

/**
 * @param {string} name - the suite's.
 * @param {string[]} cases - the elements of the tests that ran, and of the hooks that failed.
 * @param {object} stats - mocha's.
 * @returns {string} the whole file.
 */
function document(name, cases, stats) {
  const count = (element) => cases.filter((text) => text.includes(element)).length;
  const suite = attributes({
    name,
    tests: cases.length,
    failures: count("<failure"),
    errors: 0,
    skipped: count("<skipped"),
    timestamp: stats.start.toISOString(),
    time: stats.duration / 1000,
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuite${suite}>`, ...cases, "</testsuite>", ""].join("\n");
}

/**
 * @param {object} test - mocha's test, or the hook that failed.
 * @param {string} [verdict] - an element; none for a test that passed.
 * @returns {string} one element.
 */
function testcase(test, verdict = "") {
  const names = attributes({
    classname: test.parent.fullTitle() || "Acceptance",
    name: test.title,
    file: test.file && relative(".", test.file),
    time: (test.duration ?? 0) / 1000,
  });
  return `<testcase${names}>${verdict}</testcase>`;
}

/**
 * @param {Error} error - why a test failed.
 * @returns {string} one element.
 */
function failure(error) {
  const names = attributes({ message: error.message, type: error.name });
  return `<failure${names}>${escaped(error.stack || error.message)}</failure>`;
}

/**
 * @param {Record<string, string|number|undefined>} values - by name.
 * @returns {string} each as ` name="value"`.
 */
function attributes(values) {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");
}

/**
 * @param {string|number} value - any text.
 * @returns {string} fit for an attribute or an element.
 */
function escaped(value) {
  return String(value)
    .replace(UNPRINTABLE, "")
    .replace(/[&<>"\n]/g, (character) => ESCAPES[character]);
}
