import { defineConfig } from "@playwright/test";
import { pageOrigin } from "./support/addresses.js";

// reports/ of the repository on a workstation, /reports in the image.
const reports = "../../reports";

// Two suites: `browser` is the page with the release's own API, `page` the page alone, with a stand-in of the API. What
// `page` says depends on nothing but the page, so the pipeline asks it again only where that changed. Without SUITE: both.
const { SUITE } = process.env;
const name = SUITE ?? "browser";

// Files that need the real list. The API has one, so they run one after the other.
const API_FILES = ["contract.js", "service.js", "stand-in.js"];
const projects = [
  { name: "browser", testMatch: API_FILES, workers: 1, fullyParallel: false, use: { realApi: true } },
  // Each test has a stand-in of the API to itself (support/fake-api.js).
  { name: "page", testMatch: "*.js", testIgnore: API_FILES, fullyParallel: true },
];

export default defineConfig({
  testDir: "test",
  projects: projects.filter((project) => !SUITE || project.name === SUITE),
  workers: 2,
  forbidOnly: true,
  // Only a hang takes this long, on a busy machine too.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // A page that is broken in everything would wait for that limit in each test.
  maxFailures: 10,
  // A failed test runs once more with a trace: to record all tests takes a third longer. Red is red, whatever the second run says.
  retries: 1,
  failOnFlakyTests: true,
  // Traces and screenshots of failures. The HTML report has copies.
  outputDir: `${reports}/${name}-traces`,
  reporter: [
    ["list"],
    ["junit", { outputFile: `${reports}/${name}.xml`, includeRetries: true }],
    ["html", { outputFolder: `${reports}/${name}`, open: "never" }],
  ],
  use: {
    baseURL: pageOrigin,
    viewport: { width: 800, height: 700 },
    reducedMotion: "reduce",
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
      args: [
        // The sandbox needs user namespaces, which the engine's seccomp profile refuses. The container is the sandbox: no
        // root, no capabilities; and Chromium opens our own page only.
        "--no-sandbox",
        // Chromium requests nothing that the page did not ask for.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
      ],
    },
  },
});
