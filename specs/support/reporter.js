/** Mocha's `spec` on the console, and the same as JUnit XML in the file that the reporter option `output` names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import Mocha from "mocha";

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = Mocha.Runner.constants;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };
// Colour codes, and characters that XML 1.0 does not allow.
// biome-ignore lint/suspicious/noControlCharactersInRegex: this finds them
const INVALID = /\u001b\[[0-9;]*m|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Mocha's own `xunit` counts a failed hook as no test, and writes failures as errors. */
export default class SpecAndJUnit extends Mocha.reporters.Spec {
  constructor(runner, options) {
    if (process.env.NO_COLOR) {
      Mocha.reporters.Base.useColors = false;
    }
    super(runner, options);
    const { output, name = "acceptance" } = options.reporterOptions;
    // At the start too: a directory that is read-only fails at once, and a killed run leaves an empty file.
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, "");
    const cases = [];
    runner.on(EVENT_TEST_PASS, (test) => cases.push(element(test)));
    runner.on(EVENT_TEST_FAIL, (test, error) => cases.push(element(test, error)));
    runner.once(EVENT_RUN_END, () => {
      const { failures, start, duration } = this.stats;
      const counts = { tests: cases.length, failures, errors: 0, skipped: 0 };
      const suite = attributes({ name, ...counts, timestamp: start.toISOString(), time: duration / 1000 });
      const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuite${suite}>`, ...cases, "</testsuite>", ""];
      writeFileSync(output, lines.join("\n"));
    });
  }
}

/** @returns {string} the testcase element of a test or a failed hook. */
function element(test, error) {
  const names = attributes({
    classname: test.parent.fullTitle() || "Acceptance",
    name: test.title,
    file: relative(".", test.file ?? ""),
    time: (test.duration ?? 0) / 1000,
  });
  const failure =
    error &&
    `<failure${attributes({ message: error.message, type: error.name })}>${escaped(error.stack || error.message)}</failure>`;
  return `<testcase${names}>${failure ?? ""}</testcase>`;
}

/** @returns {string} each value as ` name="value"`. */
function attributes(values) {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");
}

/** @returns {string} text for an attribute or an element. */
function escaped(value) {
  return String(value)
    .replace(INVALID, "")
    .replace(/[&<>"\n]/g, (character) => ESCAPES[character]);
}
