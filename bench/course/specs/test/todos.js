import { expect } from "chai";
import { writeFileSync } from "node:fs";

const LIST = process.env.URL;
const send = (url, method, body) =>
  fetch(url, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

// Nothing says when the application is ready: the first requests are repeated until it is.
before(async function () {
  this.timeout(60_000);
  for (;;) {
    const answer = await fetch(LIST).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
after(() => writeFileSync("/reports/done.txt", "done\n"));

describe("The list", () => {
  it("should be JSON", async () => {
    const answer = await fetch(LIST);
    expect(answer.headers.get("content-type")).to.contain("application/json");
  });
  it("should show a created item", async () => {
    await send(LIST, "POST", { title: "Listed" });
    const titles = (await (await fetch(LIST)).json()).map((item) => item.title);
    expect(titles).to.include("Listed");
  });
});

describe("An item", () => {
  let item;
  beforeEach(async () => {
    const answer = await send(LIST, "POST", { title: "Walk the dog", order: 95 });
    expect(answer.status).to.equal(201);
    item = await answer.json();
  });
  it("should have its title", () => expect(item.title).to.equal("Walk the dog"));
  it("should not be completed", () => expect(item.completed).to.equal(false));
  it("should be found at its url", async () => expect((await (await fetch(item.url)).json()).order).to.equal(95));
  it("should take a change", async () => {
    const answer = await send(item.url, "PATCH", { completed: true });
    expect((await answer.json()).completed).to.equal(true);
  });
  it("should be gone when it was deleted", async () => {
    await send(item.url, "DELETE");
    expect((await fetch(item.url)).status).to.equal(404);
  });
});
