/** What happens before the first spec and after the last. */
import { mochaHooks as apiHooks } from "../../support/hooks.js";
import { during, failed, start, stop } from "./browser.js";

// The service's own come first and last: without it there is nothing to show, and the list is left empty.
export const mochaHooks = {
  beforeAll: [...apiHooks.beforeAll, start],
  beforeEach() {
    during(this.currentTest.fullTitle());
  },
  afterEach() {
    if (this.currentTest.state === "failed") {
      failed();
    }
  },
  afterAll: [stop, ...apiHooks.afterAll],
};
