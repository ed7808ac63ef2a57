/** Root hooks: the service is ready before the first spec, and the list is empty after the last. */
import { setTimeout as sleep } from "node:timers/promises";
import { base, emptyList, send, wrote } from "./api.js";

const ATTEMPTS = 40; // a quarter of a second apart; the release is started before this suite

// Process 1 of a container has no default signal handlers: without these, `docker stop` waits and then kills.
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => {
    console.error(`FAIL: ${signal} stopped the suite. Run it again.`);
    process.exit(status);
  });
}

async function serviceIsReady() {
  let found;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    found = await send("GET", "/readyz").then(
      ({ status }) => status,
      (error) => error.cause?.message ?? error.message,
    );
    if (found === 200) {
      return;
    }
    await sleep(250);
  }
  throw new Error(`expected 200 from ${base}/readyz, found: ${found}. Type: make release (or set TODOBACKEND_URL)`);
}

async function listIsLeftEmpty() {
  if (wrote) {
    await emptyList();
  }
}

// The report shows these functions' names when one fails.
export const mochaHooks = { beforeAll: [serviceIsReady], afterAll: [listIsLeftEmpty] };
