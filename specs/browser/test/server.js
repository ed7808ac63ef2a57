import assert from "node:assert/strict";
import { get } from "node:http";
import { before, describe, it } from "mocha";

const host = process.env.PAGE_HOST ?? new URL(process.env.PAGE_URL ?? "http://localhost:3000").host;

/** Ask the page's server; fetch would take the compression off. */
function ask(path, headers = {}, method = "GET") {
  return new Promise((resolve, reject) => {
    const request = get(`http://${host}`, { path, headers, method }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    request.on("error", reject);
  });
}

const files = {
  "/": "text/html",
  "/index.html": "text/html",
  "/style.css": "text/css",
  "/todomvc.css": "text/css",
  "/todomvc.license.txt": "text/plain",
  "/icon.svg": "image/svg+xml",
  "/js/main.js": "application/javascript",
  "/config.json": "application/json",
};

describe("Page's server", () => {
  for (const [path, type] of Object.entries(files)) {
    describe(path, () => {
      let answer;
      before(async () => {
        answer = await ask(path);
      });

      it("answers 200", () => {
        assert.equal(answer.status, 200);
      });

      it(`is ${type}`, () => {
        assert.match(answer.headers["content-type"], new RegExp(`^${type.replaceAll(/[+/]/g, "\\$&")}(;|$)`));
      });

      it("is asked for again each time", () => {
        assert.equal(answer.headers["cache-control"], "no-cache");
      });

      it("is not sent again where it has not changed", async () => {
        const { etag } = answer.headers;
        assert.equal((await ask(path, { "If-None-Match": etag })).status, 304);
      });
    });
  }

  const absent = [
    "/package.json",
    "/package-lock.json",
    "/node_modules/todomvc-app-css/package.json",
    "/nginx.pid",
    "/js/",
    "/js",
    "/../etc/passwd",
    "/%2e%2e/etc/passwd",
    "/.git/config",
    "/nowhere",
  ];
  for (const path of absent) {
    describe(path, () => {
      let answer;
      before(async () => {
        answer = await ask(path);
      });

      it("is not served", () => {
        assert.ok([400, 404].includes(answer.status), `expected 404 (or 400), found ${answer.status}`);
      });
    });
  }

  describe("what is not there", () => {
    it("is told on a page that leads back", async () => {
      assert.match((await ask("/nowhere")).text, /<a href="\/">/);
    });
  });

  const answers = {
    "the page": ["/"],
    "a script": ["/js/main.js"],
    "an error": ["/nowhere"],
    "a refusal": ["/", {}, "POST"],
  };
  for (const [name, question] of Object.entries(answers)) {
    describe(`the headers of ${name}`, () => {
      let headers;
      before(async () => {
        ({ headers } = await ask(...question));
      });

      it("allow no code but the page's own files", () => {
        const policy = headers["content-security-policy"] ?? "";
        const rules = Object.fromEntries(
          policy.split(";").map((rule) => {
            const [what, ...from] = rule.trim().split(" ");
            return [what, from.join(" ")];
          }),
        );
        assert.deepEqual(rules, {
          "default-src": "'none'",
          "script-src": "'self'",
          "style-src": "'self'",
          "img-src": "'self' data:",
          "connect-src": "'self' http: https:",
          "base-uri": "'none'",
          "form-action": "'none'",
          "frame-ancestors": "'none'",
        });
      });

      it("let nobody guess a type", () => {
        assert.equal(headers["x-content-type-options"], "nosniff");
      });

      it("tell nobody where a person came from", () => {
        assert.equal(headers["referrer-policy"], "no-referrer");
      });

      it("say no version", () => {
        assert.equal(headers.server, "nginx");
      });
    });
  }

  describe("to a browser that can unpack", () => {
    for (const path of ["/", "/js/main.js", "/todomvc.css"]) {
      it(`packs ${path}`, async () => {
        const { headers } = await ask(path, { "Accept-Encoding": "gzip" });
        assert.equal(headers["content-encoding"], "gzip");
        assert.match(headers.vary, /accept-encoding/i);
      });
    }
  });
});
