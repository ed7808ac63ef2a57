import { done, expect, test } from "../support/test.js";

test("shows titles as they are, never as markup", async ({ page, api, todos }) => {
  const titles = [
    "🦄".repeat(256),
    "قائمة المهام",
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"><b>bold</b>",
    `"'\\" onclick='x' {{1+1}} \${1+1} %s`,
    "w".repeat(256),
  ];
  api.has(...titles);
  await todos.open();
  expect(await todos.titles.allTextContents()).toEqual(titles);
  await expect(page).toHaveTitle("todos");
});

test("shows neither list nor count without items", async ({ api, todos }) => {
  await todos.open();
  expect(api.log).toEqual(["GET"]);
  await expect(todos.rows).toHaveCount(0);
  await expect(todos.toggleAll).toBeHidden();
  await expect(todos.filter("All")).toBeHidden();
});

test("counts the items that are left", async ({ api, todos }) => {
  api.has("one", done("two"));
  await todos.open();
  await expect(todos.count).toHaveText("1 item left");
  await expect(todos.count.locator("strong")).toHaveText("1");
  for (const [words, ...items] of [
    ["0 items left", done("one")],
    ["2 items left", "one", "two", done("three")],
  ]) {
    api.has(...items);
    await todos.leaveAndReturn();
    await expect(todos.count).toHaveText(words);
  }
});
