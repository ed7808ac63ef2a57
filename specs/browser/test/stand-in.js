/** The stand-in of the API, which the page's own suite has in place of it, compared with the service. */
import { api } from "../support/addresses.js";
import { test } from "../support/service.js";
import { expect, FAILED_REQUEST } from "../support/test.js";

test.use({ provokes: FAILED_REQUEST });

test("the stand-in responds as the service does, field by field", async ({ other, page }) => {
  await page.goto("/todomvc.license.txt");
  const responses = await page.evaluate(
    (lists) =>
      Promise.all(
        lists.map(async (list) => {
          const seen = [];
          const send = async (method, url, json) => {
            const headers = json ? { "Content-Type": "application/json" } : {};
            const response = await fetch(url, { method, headers, body: json && JSON.stringify(json) });
            const text = await response.text();
            seen.push([method, response.status, text.replace(/http[^"]*\/(todos\/)?\d+"/g, 'URL"')]);
            return text === "" ? undefined : JSON.parse(text);
          };
          const { url } = await send("POST", list, { title: "one" });
          await send("POST", list, { title: "two" });
          await send("PATCH", url, { completed: true });
          await send("PATCH", url, { title: "first" });
          await send("GET", list);
          await send("DELETE", url);
          await send("DELETE", url);
          await send("PATCH", url, { completed: true });
          await send("GET", list);
          return seen.map(([method, status, text]) => [method, status, text === "" ? text : JSON.parse(text)]);
        }),
      ),
    [other.address, api],
  );
  const [standIn, service] = responses;
  // The service's items may have more fields: the page knows nothing of those.
  expect(service).toMatchObject(standIn);
});
