/** The page as a user finds it. */
import { expect } from "@playwright/test";

export class TodoPage {
  constructor(page) {
    this.page = page;
    this.newTodo = page.getByLabel("What needs to be done?");
    this.rows = page.getByRole("list", { name: "Items" }).getByRole("listitem");
    this.titles = this.rows.locator(".title");
    this.completed = page.locator("li.completed .title");
    this.edits = page.getByRole("textbox", { name: "New title of" });
    this.toggleAll = page.getByLabel("Mark all as complete");
    this.count = page.getByText(/^\d+ items? left$/);
    this.clearCompleted = page.getByRole("button", { name: "Clear completed" });
    this.address = page.getByLabel("Address of the API");
    this.error = page.getByRole("alert").locator(".words");
    this.tryAgain = page.getByRole("button", { name: "Try again" });
    this.status = page.getByRole("status");
  }

  /** Open the page, and wait until it shows the list. */
  async open(path = "/") {
    await this.page.goto(path);
    await expect(this.status).not.toBeEmpty();
  }

  row(title) {
    return this.rows.filter({ has: this.page.getByText(title, { exact: true }) });
  }

  title(title) {
    return this.page.getByRole("button", { name: title, exact: true });
  }

  checkbox(title) {
    return this.page.getByRole("checkbox", { name: title, exact: true });
  }

  deleteButton(title) {
    return this.page.getByRole("button", { name: `Delete ${title}`, exact: true });
  }

  filter(name) {
    return this.page.getByRole("link", { name, exact: true });
  }

  async add(title) {
    await this.newTodo.fill(title);
    await this.newTodo.press("Enter");
  }

  /** Open an item's edit field, replace its text, and press a key. */
  async edit(title, text, key = "Enter") {
    await this.title(title).dblclick();
    await this.edits.fill(text);
    await this.edits.press(key);
  }

  /** Open the list at another address by the form. */
  async use(address) {
    await this.address.fill(address);
    await this.page.getByRole("button", { name: "Use" }).click();
  }

  /** Switch to another tab and back. */
  async leaveAndReturn() {
    for (const state of ["hidden", "visible"]) {
      await this.page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    }
  }
}
