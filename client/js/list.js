/** The list as the API has it, and the changes that are on their way. Knows nothing of the page. */
import { isHttp } from "./address.js";
import { Failure, request } from "./http.js";

/** How many requests a change of many items has under way; a browser opens no more connections than this to a host. */
const AT_ONCE = 6;

/**
 * @typedef {object} Item
 * @property {string} url - where it lives.
 * @property {string} title - as the API has it.
 * @property {boolean} completed - as the person wants it; as the API has it when nothing is on its way.
 * @property {number|null} order - where it stands, where the API says so.
 * @property {number} [busy] - how many changes of it are on their way.
 */

export class TodoList {
  /** @type {Item[]} */
  items = [];
  /** Whether the API has shown its items yet. */
  loaded = false;
  #ending = new AbortController();
  #underWay = new Set();
  #begun = 0;
  #loading;

  /**
   * @param {string} address - the list's root.
   * @param {() => void} changed - called after each change of what is to be shown.
   */
  constructor(address, changed) {
    this.address = address;
    this.changed = changed;
  }

  /** How many are not completed. */
  get left() {
    return this.items.filter(({ completed }) => !completed).length;
  }

  /** Another list takes its place: no answer is waited for any more, and none changes anything. */
  end() {
    this.changed = () => {};
    this.#ending.abort();
  }

  get ended() {
    return this.#ending.signal.aborted;
  }

  /**
   * Show what the API has now.
   *
   * @returns {Promise<void>} as soon as it is shown; several calls at once share one.
   */
  load() {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load() {
    for (;;) {
      while (this.#underWay.size > 0) {
        await Promise.allSettled(this.#underWay);
      }
      const begun = this.#begun;
      const items = await this.#read(this.address);
      // A change that began meanwhile may or may not be in this answer, which is older than the next one.
      if (begun === this.#begun) {
        const known = new Map(this.items.map((item) => [item.url, item]));
        this.items = items.map((item) => Object.assign(known.get(item.url) ?? item, item));
        this.loaded = true;
        this.changed();
        return;
      }
    }
  }

  /** Read the list; an object with a link `todos`, as an API's root has, leads to it. */
  async #read(address, followed = false) {
    const { url, data } = await this.#request("GET", address);
    if (Array.isArray(data)) {
      // Where it answers, so that a redirection does not turn the next POST into a GET.
      this.address = url;
      const items = data.map((each) => made(each, url));
      return [...new Map(items.map((item) => [item.url, item])).values()];
    }
    const link = typeof data?.todos === "string" && URL.canParse(data.todos, url) ? new URL(data.todos, url).href : "";
    if (isHttp(link) && !followed) {
      return this.#read(link, true);
    }
    const found = data === null || typeof data !== "object" ? "another value" : "an object";
    throw new Failure(
      `expected a JSON list at ${url}, found ${found}. Type the address of the list itself, for example ${url.replace(/\/?$/, "/todos")}`,
      200,
    );
  }

  /**
   * @param {string} title - the new item's.
   * @returns {Promise<void>} when the API has it.
   */
  async add(title) {
    const { url, data } = await this.#write(() => this.#request("POST", this.address, { title }));
    const item = made(data, url);
    if (!this.items.some((each) => each.url === item.url)) {
      this.items.push(item);
    }
    this.changed();
    // Where items have an order, the API says where the new one stands.
    if (!this.loaded || this.items.some(({ order }) => order !== null)) {
      await this.load();
    }
  }

  /**
   * @param {Item} item - one of the list.
   * @param {string} title - its new one.
   * @returns {Promise<void>} when the API has it.
   */
  async rename(item, title) {
    await this.#patch(item, { title });
  }

  /**
   * @param {Item} item - one of the list; it shows the new state at once, and the old one again if that fails.
   * @param {boolean} completed - its new state.
   * @returns {Promise<void>} when the API has it.
   */
  async complete(item, completed) {
    this.#want(item, completed);
    this.changed();
    await this.#patch(item, { completed });
  }

  /**
   * @param {boolean} completed - the new state of all items.
   * @returns {Promise<Failure[]>} what went wrong.
   */
  completeAll(completed) {
    const items = this.items.filter((item) => item.completed !== completed);
    for (const item of items) {
      this.#want(item, completed);
    }
    this.changed();
    return this.#each(
      items,
      (item) => this.#patch(item, { completed }),
      (item) => this.#settle(item),
    );
  }

  /**
   * @param {Item} item - one of the list.
   * @returns {Promise<void>} when it is gone.
   */
  async remove(item) {
    if (item.removing) {
      return; // asked for twice
    }
    item.removing = true;
    try {
      await this.#change(item, () => this.#request("DELETE", item.url));
      this.#drop(item);
    } finally {
      item.removing = false;
    }
  }

  /** @returns {Promise<Failure[]>} what went wrong; that an item was gone already is no failure here. */
  async clearCompleted() {
    const items = this.items.filter(({ completed }) => completed);
    const failures = await this.#each(items, (item) => this.remove(item));
    return failures.filter(({ gone }) => !gone);
  }

  /**
   * One request for each item. Once the API is away the rest is not tried: each would wait as long again.
   *
   * @param {Item[]} items - which.
   * @param {(item: Item) => Promise<void>} work - what to do with one.
   * @param {(item: Item) => void} [leave] - what to do with one that is not tried.
   * @returns {Promise<Failure[]>} one for each item that it did not work for.
   */
  async #each(items, work, leave = () => {}) {
    const failures = [];
    const waiting = [...items];
    let away;
    const worker = async () => {
      for (let item = waiting.shift(); item; item = waiting.shift()) {
        if (away) {
          leave(item);
          failures.push(away);
          continue;
        }
        try {
          await work(item);
        } catch (error) {
          if (!(error instanceof Failure)) {
            throw error;
          }
          failures.push(error);
          away ??= error.unsure ? error : undefined;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.changed();
    return failures;
  }

  /** Show an item as it is wanted, before the API has it. */
  #want(item, completed) {
    item.saved ??= item.completed;
    item.wanted = (item.wanted ?? 0) + 1;
    item.completed = completed;
  }

  /** One wish less is open: with the last one, what the API has is shown. */
  #settle(item) {
    item.wanted -= 1;
    if (item.wanted === 0) {
      item.completed = item.saved;
      item.saved = undefined;
    }
  }

  /** Send the fields that change, and only those. */
  async #patch(item, fields) {
    try {
      const { url, data } = await this.#change(item, () => this.#request("PATCH", item.url, fields));
      // What another client changed meanwhile is in the answer too.
      const sent = { url: item.url, title: item.title, completed: item.saved ?? item.completed, ...fields };
      const now = made({ ...sent, ...data }, url);
      item.title = now.title;
      item[item.saved === undefined ? "completed" : "saved"] = now.completed;
    } finally {
      if ("completed" in fields) {
        this.#settle(item);
      }
      this.changed();
    }
  }

  /**
   * Changes of one item go one after the other, so that the last answer is the last word.
   *
   * @param {Item} item - the item.
   * @param {() => Promise<any>} work - the request.
   * @returns {Promise<any>} its answer.
   */
  async #change(item, work) {
    const before = item.turn;
    const turn = this.#write(async () => {
      await before;
      return work();
    });
    item.turn = turn.catch(() => {});
    item.busy = (item.busy ?? 0) + 1;
    try {
      return await turn;
    } catch (error) {
      if (error instanceof Failure && error.gone) {
        this.#drop(item);
      }
      throw error;
    } finally {
      item.busy -= 1;
    }
  }

  #drop(item) {
    this.items = this.items.filter((each) => each !== item);
    this.changed();
  }

  /** Remember that a change is under way: an answer to a GET sent before it ended may be without it. */
  #write(work) {
    this.#begun += 1;
    const answer = work();
    this.#underWay.add(answer);
    const over = () => this.#underWay.delete(answer);
    answer.then(over, over);
    return answer;
  }

  async #request(method, url, json) {
    return request(method, url, { json, signal: this.#ending.signal });
  }
}

/**
 * @param {any} data - what the API shows.
 * @param {string} base - where it showed it.
 * @returns {Item} an item.
 * @throws {Failure} it is none.
 */
function made(data, base) {
  const url = typeof data?.url === "string" && URL.canParse(data.url, base) ? new URL(data.url, base).href : "";
  if (!isHttp(url)) {
    throw new Failure(
      `expected items with an address (url) from ${base}, found one without. Is this a TodoBackend? Check the address.`,
      200,
    );
  }
  const title = typeof data.title === "string" ? data.title : "";
  return { url, title, completed: data.completed === true, order: data.order ?? null };
}
