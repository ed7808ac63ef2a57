/** What happens before the first spec and after the last. */
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { base, emptyList, send, usable, wrote } from "./api.js";
import { sentence } from "./sentence.js";

const PATIENCE = 10; // seconds; the workflow starts this suite only when the service is up

// Process 1 of a container gets no default action for these: without this, `docker stop` would wait and then kill.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.error(`FAIL: the suite was stopped by ${signal}; nothing is proven. Run it again.`);
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Look once whether the service can be judged.
 *
 * @returns {Promise<string|undefined>} what was found instead of a ready service; undefined when it is ready.
 */
async function obstacle() {
  try {
    const { status } = await send("GET", "/readyz", { limit: 2_000 });
    return status === 200 ? undefined : `status ${status}`;
  } catch (error) {
    return error.message;
  }
}

/** Wait until the service is ready, but not for ever. */
async function serviceIsReady() {
  if (!usable) {
    throw sentence(
      `expected TODOBACKEND_URL to be scheme, host and port, found "${base}". Write it like http://localhost:8000.`,
    );
  }
  const deadline = Date.now() + PATIENCE * 1000;
  for (let found = await obstacle(); found; found = await obstacle()) {
    if (Date.now() > deadline) {
      throw sentence(
        `expected ${base}/readyz to answer 200 within ${PATIENCE} s, found: ${found}. ` +
          "Start the service (make release), or set TODOBACKEND_URL to where it runs.",
      );
    }
    await sleep(250);
  }
}

/** Leave nothing behind, and after a run that only read, leave everything. */
async function listIsLeftEmpty() {
  if (wrote) {
    await emptyList();
  }
}

// The functions' names are what the report shows when one of them fails.
export const mochaHooks = { beforeAll: [serviceIsReady], afterAll: [listIsLeftEmpty] };
