/** One item on the page: its checkbox, title, delete button and edit field. */

const template = document.querySelector("#row");

export class Row {
  /** Whether the edit field is open. */
  editing = false;

  /** `actions` are those of main.js: what the user can do with an item. */
  constructor(item, actions) {
    this.actions = actions;
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => this.element.querySelector(`.${name}`);
    [this.toggle, this.title, this.destroy, this.edit] = ["toggle", "title", "destroy", "edit"].map(part);
    this.show(item);
    this.#listen();
  }

  #listen() {
    // A busy row takes no input, but keeps its focus: the attribute `disabled` would drop it.
    const ignoreIfBusy = (event) => {
      if (this.item.busy && event.key !== "Tab") {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    for (const type of ["click", "dblclick", "keydown"]) {
      this.element.addEventListener(type, ignoreIfBusy, { capture: true });
    }
    // show() sets the checkbox back until the response is there.
    this.toggle.addEventListener("change", () => this.actions.complete(this.item));
    this.destroy.addEventListener("click", () => this.actions.remove(this.item));
    this.element.querySelector("label").addEventListener("dblclick", () => this.#open());
    // A screen reader's click has no count.
    this.title.addEventListener("click", (event) => event.detail === 0 && this.#open());
    this.title.addEventListener("keydown", (event) => {
      if (["Enter", "F2", " "].includes(event.key)) {
        event.preventDefault();
        this.#open();
      }
    });
    this.edit.addEventListener("keydown", ({ key, isComposing }) => {
      // While an input method composes a word, Enter and Escape belong to it.
      if (key === "Enter" && !isComposing) {
        this.#save();
      } else if (key === "Escape" && !isComposing) {
        this.#close();
      }
    });
    this.edit.addEventListener("blur", () => {
      // Switching to another window blurs the field too, and is no reason to save.
      if (document.activeElement !== this.edit || document.hasFocus()) {
        this.#save();
      }
    });
  }

  show(item) {
    this.item = item;
    const state = JSON.stringify(item);
    if (state === this.state) {
      return; // A list may have a thousand rows.
    }
    this.state = state;
    const { title, completed, busy = false } = item;
    this.title.textContent = title;
    this.toggle.setAttribute("aria-label", title || "(no title)");
    this.destroy.setAttribute("aria-label", `Delete ${title}`);
    this.edit.setAttribute("aria-label", `New title of ${title}`);
    this.element.classList.toggle("completed", completed);
    this.toggle.checked = completed;
    this.element.setAttribute("aria-busy", busy);
    this.edit.readOnly = busy;
    for (const control of [this.toggle, this.title, this.destroy]) {
      control.setAttribute("aria-disabled", busy);
    }
  }

  #open() {
    this.editing = true;
    this.element.classList.add("editing");
    this.edit.value = this.item.title;
    // A text field drops line breaks; that alone is no change of the title.
    this.original = this.edit.value;
    this.edit.focus();
    this.edit.setSelectionRange(this.original.length, this.original.length);
  }

  async #save() {
    if (!this.editing || this.item.busy) {
      return;
    }
    const title = this.edit.value.trim();
    const changed = this.edit.value !== this.original && title !== this.item.title;
    if (changed && !(await this.actions.rename(this.item, title))) {
      this.edit.setAttribute("aria-invalid", "true");
      return;
    }
    this.#close();
  }

  #close() {
    const hadFocus = document.activeElement === this.edit;
    this.editing = false;
    this.element.classList.remove("editing");
    this.edit.removeAttribute("aria-invalid");
    if (hadFocus) {
      this.title.focus();
    }
    this.actions.closed();
  }
}
