import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "mocha";
import { api, newPage, pageOrigin } from "../support/browser.js";
import { add, becomes, close, fresh, hold, keptTitles, tells, titles, told } from "../support/page.js";

/** The address the page would be given for another list: here the same one, by a name that only this suite answers. */
const other = "http://other.example/list";

/** Answer for the other list: what was posted to it is on it. */
async function otherList(page) {
  const items = [{ url: `${other}/1`, title: "of the other", completed: false }];
  await page.route("http://other.example/**", (route) => {
    if (route.request().method() === "POST") {
      items.push({ url: `${other}/2`, completed: false, ...route.request().postDataJSON() });
    }
    const answer = route.request().method() === "POST" ? { status: 201, json: items[1] } : { json: items };
    return route.fulfill({ ...answer, headers: { "access-control-allow-origin": "*" } });
  });
}

describe("Address of the API", () => {
  let page;
  beforeEach(async () => {
    page = await fresh(page, ["one"], {
      setUp: otherList,
      trouble: /other\.example|nowhere\.invalid|Failed to load resource/,
    });
    await becomes(() => titles(page), ["one"]);
  });
  after(() => close(page));

  const field = () => page.getByLabel("Address of the API");
  const use = async (address) => {
    await field().fill(address);
    await page.getByRole("button", { name: "Use" }).click();
  };
  const inUrl = async () => new URL(page.url()).searchParams.get("api");

  it("is kept in the page's address", async () => {
    assert.equal(await inUrl(), api);
  });

  it("can be another one", async () => {
    await use(other);
    await becomes(() => titles(page), ["of the other"]);
  });

  it("gets what is added, when it is another one", async () => {
    await use(other);
    await becomes(() => titles(page), ["of the other"]);
    await add(page, "two");
    await becomes(() => titles(page), ["of the other", "two"]);
    assert.deepEqual(await keptTitles(), ["one"]);
  });

  it("leaves the route as it was", async () => {
    await page.getByRole("link", { name: "Active" }).click();
    await use(other);
    await becomes(inUrl, other);
    assert.equal(new URL(page.url()).hash, "#/active");
  });

  it("stays through a reload", async () => {
    await use(other);
    await becomes(inUrl, other);
    await page.reload();
    await becomes(() => titles(page), ["of the other"]);
    assert.equal(await field().inputValue(), other);
  });

  it("goes back with the browser's button", async () => {
    await use(other);
    await becomes(() => titles(page), ["of the other"]);
    await page.goBack();
    await becomes(() => titles(page), ["one"]);
    assert.equal(await field().inputValue(), api);
    await page.goForward();
    await becomes(() => titles(page), ["of the other"]);
  });

  it("comes with a link that is shared", async () => {
    await page.goto(`${pageOrigin}/?api=${encodeURIComponent(other)}#/active`);
    await becomes(() => titles(page), ["of the other"]);
    assert.equal(await field().inputValue(), other);
  });

  it("may be a port of the page's own host", async () => {
    await use(`:${new URL(api).port}/todos`);
    await becomes(() => field().inputValue(), api);
    await becomes(() => titles(page), ["one"]);
  });

  it("may be the API's root, which links to the list", async () => {
    await use(new URL("/", api).href);
    await becomes(() => titles(page), ["one"]);
    assert.equal(await field().inputValue(), api);
    assert.equal(await inUrl(), api);
  });

  it("is told when the API has nothing there", async () => {
    await use(`${api}/`);
    await tells(page, /The list is not loaded: the API answered 404: Not found\./);
  });

  describe("that is none", () => {
    const examples = {
      "": /Expected the address of a todo list, found none\. Type for example http:\/\/localhost:8000\/todos/,
      "no address": /begins with http:\/\/ or https:\/\/, found “no address”\. Type for example/,
      "localhost:8000/todos": /found “localhost:8000\/todos”\. Type http:\/\/localhost:8000\/todos/,
      "javascript:alert(1)": /found “javascript:alert\(1\)”/,
      "file:///etc/passwd": /found “file:/,
      "ftp://localhost/": /found “ftp:/,
      "http://": /found “http:\/\/”/,
      "http://name:password@localhost:8000/todos": /Expected an address without a name and password/,
    };
    for (const [text, words] of Object.entries(examples)) {
      it(`is told: ${text || "nothing at all"}`, async () => {
        await use(text);
        await tells(page, words);
      });
    }

    it("stays in the field, and is marked there", async () => {
      await use("no address");
      await tells(page, /no address/);
      assert.equal(await field().inputValue(), "no address");
      assert.equal(await field().getAttribute("aria-invalid"), "true");
    });

    it("leaves the list that was there", async () => {
      await use("no address");
      await tells(page, /no address/);
      assert.deepEqual(await titles(page), ["one"]);
    });

    it("is no longer told once it is mended", async () => {
      await use("no address");
      await tells(page, /no address/);
      await use(api);
      await becomes(() => told(page), "");
    });

    it("is told when it comes with a link", async () => {
      await page.goto(`${pageOrigin}/?api=javascript:alert(1)`);
      await tells(page, /found “javascript:alert\(1\)”/);
      assert.deepEqual(await titles(page), []);
    });
  });

  describe("that answers something else", () => {
    const answers = {
      "a page": [{ body: "<!doctype html>", contentType: "text/html" }, /expected JSON at .*, found text\/html/],
      "an object without a list": [{ json: { hello: 1 } }, /expected a JSON list at .*, found an object\. Type/],
      "items without an address": [{ json: [{ title: "x" }] }, /items with an address \(url\).*found one without/],
      "items with an address that is a program": [
        { json: [{ title: "x", url: "javascript:alert(1)" }] },
        /items with an address/,
      ],
      "nothing at all": [{ body: "" }, /expected a JSON list/],
      "a list that links to itself": [{ json: { todos: "/list" } }, /expected a JSON list/],
    };
    for (const [name, [answer, words]] of Object.entries(answers)) {
      it(`is told: ${name}`, async () => {
        await page.unrouteAll();
        await page.route("http://other.example/**", (route) =>
          route.fulfill({ ...answer, headers: { "access-control-allow-origin": "*" } }),
        );
        await use(other);
        await tells(page, words);
      });
    }
  });

  describe("where nobody answers", () => {
    beforeEach(() => use("http://nowhere.invalid/todos"));

    it("is told, with the address and what to check", async () => {
      await tells(page, /expected an answer from http:\/\/nowhere\.invalid\/todos, found none\. Is it running\?/);
    });

    it("shows no items of the list before it", async () => {
      await tells(page, /found none/);
      assert.deepEqual(await titles(page), []);
    });
  });

  it("leaves what is typed before the release's address has come", async () => {
    const release = await hold(page, /config\.json$/);
    await page.goto(pageOrigin);
    await field().fill(other);
    release();
    await becomes(() => titles(page), ["one"]);
    assert.equal(await field().inputValue(), other);
  });

  it("is asked for where the page's server does not say it", async () => {
    const bare = await newPage({ trouble: /config\.json/ });
    await bare.route(/config\.json$/, (route) => route.fulfill({ status: 404, body: "" }));
    await bare.goto(pageOrigin);
    await tells(bare, /Expected the API's address in config\.json, found none\. Type it above\./);
    await close(bare);
  });
});
