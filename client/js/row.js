/** One item on the page: its state, its title, its edit field. */

const template = document.querySelector("#row");
let made = 0;

export class Row {
  /** Whether its edit field is open. */
  editing = false;
  #saving = false;
  #shown = {};

  /**
   * @param {object} item - one of the list.
   * @param {object} actions - what a person can do with it: `complete(item, completed)`, `remove(item)`; `rename(item,
   *   title)`, which gives true when the edit field may close; and `closed()`, called when it has.
   */
  constructor(item, actions) {
    this.item = item;
    this.actions = actions;
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => this.element.querySelector(`.${name}`);
    [this.toggle, this.title, this.destroy, this.edit] = ["toggle", "title", "destroy", "edit"].map(part);
    made += 1;
    this.title.id = `title-${made}`;
    this.toggle.setAttribute("aria-labelledby", this.title.id);
    this.#listen();
    this.show();
  }

  #listen() {
    this.toggle.addEventListener("change", () => this.actions.complete(this.item, this.toggle.checked));
    this.destroy.addEventListener("click", () => this.actions.remove(this.item));
    this.element.querySelector("label").addEventListener("dblclick", () => this.open());
    // A screen reader's click has no count.
    this.title.addEventListener("click", (event) => event.detail === 0 && this.open());
    this.title.addEventListener("keydown", (event) => {
      if (["Enter", "F2", " "].includes(event.key)) {
        event.preventDefault();
        this.open();
      }
    });
    this.edit.addEventListener("keydown", (event) => {
      // Enter and Escape also end the choice of a word where words are composed.
      if (event.isComposing) {
        return;
      }
      if (event.key === "Enter") {
        event.preventDefault();
        this.#save();
      } else if (event.key === "Escape" && !this.#saving) {
        this.#close();
      }
    });
    this.edit.addEventListener("blur", () => {
      // The window was left, not the field: whoever comes back goes on typing.
      if (document.activeElement !== this.edit || document.hasFocus()) {
        this.#save();
      }
    });
  }

  /** Show the item as it is now; what has not changed is not touched, so that a thousand rows cost little. */
  show() {
    const { title, completed, busy = 0 } = this.item;
    if (title !== this.#shown.title) {
      // Text, never markup, whatever it looks like.
      this.title.textContent = title;
      this.destroy.setAttribute("aria-label", `Delete ${title}`);
      this.edit.setAttribute("aria-label", `New title of ${title}`);
    }
    if (completed !== this.#shown.completed) {
      this.element.classList.toggle("completed", completed);
    }
    // A click changes it without us.
    if (this.toggle.checked !== completed) {
      this.toggle.checked = completed;
    }
    const waiting = busy > 0;
    if (waiting !== this.#shown.waiting) {
      this.element.setAttribute("aria-busy", waiting);
    }
    this.#shown = { title, completed, waiting };
  }

  /** Open the edit field. */
  open() {
    if (this.editing) {
      return;
    }
    this.editing = true;
    this.element.classList.add("editing");
    this.edit.value = this.item.title;
    // As the field holds it: a field takes no line breaks, and that alone is no change.
    this.before = this.edit.value;
    this.edit.focus();
    this.edit.setSelectionRange(this.before.length, this.before.length);
  }

  #close() {
    this.editing = false;
    this.element.classList.remove("editing");
    this.edit.removeAttribute("aria-invalid");
    if (document.activeElement === this.edit) {
      this.title.focus();
    }
    this.actions.closed();
  }

  async #save() {
    if (!this.editing || this.#saving) {
      return;
    }
    const text = this.edit.value.trim();
    if (this.edit.value !== this.before && text !== this.item.title) {
      this.#saving = true;
      this.edit.readOnly = true;
      const saved = await this.actions.rename(this.item, text);
      this.edit.readOnly = false;
      this.#saving = false;
      if (!saved) {
        this.edit.setAttribute("aria-invalid", "true");
        return; // open, with its text
      }
    }
    this.#close();
  }
}
