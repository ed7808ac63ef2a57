/** The todo list as the API last returned it, and the requests that change it. Does not know the page. */
import { httpUrl } from "./address.js";
import { ApiError, request } from "./api.js";

/** Browsers open no more connections than this to a host. */
const PARALLEL_REQUESTS = 6;

export class TodoList {
  /** Each has `url`, `title`, `completed`, `order` (a number or null), and `busy` while a request that changes it is open. */
  items = [];
  #loaded = false;
  #abort = new AbortController();
  #openWrites = new Set();
  #writes = 0;

  /** `address` is the list's URL; `onChange` is called after each change of the items. */
  constructor(address, onChange) {
    this.address = address;
    this.onChange = onChange;
  }

  /** Abort all requests: the page shows another list from now on. */
  close() {
    this.#abort.abort();
  }

  /** Replace the items by what the API has now. */
  async load() {
    let items;
    let before;
    do {
      await Promise.allSettled(this.#openWrites);
      before = this.#writes;
      items = await this.#read(this.address);
      // A write that started meanwhile may be missing from this response.
    } while (this.#writes !== before);
    this.items = items;
    this.#loaded = true;
    this.onChange();
  }

  async #read(address, followed = false) {
    const { url, data } = await request("GET", address, { signal: this.#abort.signal });
    if (Array.isArray(data)) {
      // After a redirect a POST to the old address would become a GET.
      this.address = url;
      return data.map((each) => toItem(each, url));
    }
    // The API's root links to the list.
    const link = httpUrl(data?.todos, url);
    if (link && !followed) {
      return this.#read(link, true);
    }
    const example = url.replace(/\/?$/, "/todos");
    throw new ApiError(`expected a list from ${url}, found none. Type the list's address, for example ${example}`, 200);
  }

  /** Create an item. */
  async add(title) {
    const { url, data } = await this.#write("POST", this.address, { title });
    this.items.push(toItem(data, url));
    this.onChange();
    // Where items have an order, the API knows the new one's place.
    if (!this.#loaded || this.items.some(({ order }) => order !== null)) {
      await this.load();
    }
  }

  /** Change fields of an item. Only these are sent, so that others' changes of the rest survive. */
  update(item, fields) {
    return this.#whileBusy(item, async () => {
      const { url, data } = await this.#write("PATCH", item.url, fields);
      Object.assign(item, toItem({ ...item, ...data }, url));
    });
  }

  /** Delete an item. That someone else deleted it before is no error. */
  remove(item) {
    return this.#whileBusy(item, async () => {
      await this.#write("DELETE", item.url);
      this.#drop(item);
    }).catch((error) => {
      if (!error.isGone) {
        throw error;
      }
    });
  }

  /** Change many items, one request each. The error says how many did not change, and the first reason. */
  async changeMany(items, change) {
    const waiting = [...items];
    const errors = [];
    // If the API is away, the rest is not tried: each request would wait for its timeout.
    while (waiting.length > 0 && !errors.some(({ isOutage }) => isOutage)) {
      const results = await Promise.allSettled(waiting.splice(0, PARALLEL_REQUESTS).map(change));
      errors.push(...results.filter(({ reason }) => reason).map(({ reason }) => reason));
    }
    if (errors.length > 0) {
      const summary = `${errors.length + waiting.length} of ${items.length} failed`;
      throw new ApiError(`${summary}, ${errors[0].message}`, errors[0].status);
    }
  }

  async #whileBusy(item, work) {
    item.busy = true;
    this.onChange();
    try {
      await work();
    } catch (error) {
      if (error.isGone) {
        this.#drop(item);
      }
      throw error;
    } finally {
      item.busy = false;
      this.onChange();
    }
  }

  #drop(item) {
    this.items = this.items.filter(({ url }) => url !== item.url);
  }

  async #write(method, url, json) {
    this.#writes += 1;
    const response = request(method, url, { json, signal: this.#abort.signal });
    this.#openWrites.add(response);
    try {
      return await response;
    } finally {
      this.#openWrites.delete(response);
    }
  }
}

/** An item as the API returned it in the response from `base`. */
function toItem(data, base) {
  const url = httpUrl(data?.url, base);
  if (!url) {
    throw new ApiError(`expected items with a url from ${base}, found one without. Is this a TodoBackend?`, 200);
  }
  return { url, title: String(data.title ?? ""), completed: data.completed === true, order: data.order ?? null };
}
