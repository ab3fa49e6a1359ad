// A text field that offers what the desk finds while somebody types (the APG's editable combobox
// with list autocomplete). What stands in the field is always what was typed or chosen: to choose
// is never needed. `chosen` tells the page of a choice, or null where it is in no list.

import { read } from "./api.js";
import { movedTo, piecesOf } from "./choices.js";
import { need } from "./elements.js";
import { word } from "./words.js";

// Between two letters of somebody who types slowly.
const PAUSE_MS = 180;

/** @typedef {{ id: string, name: string } & Record<string, unknown>} Choice */

/**
 * Make a combobox of `combobox_parts.html` live. Where it searches, `data-source`, may change.
 * @param {HTMLElement} box
 */
export function bindCombobox(box) {
  new Combobox(box).bind();
}

class Combobox {
  /** @type {(Choice | null)[]} */
  #choices = [];
  #active = -1;
  #asked = 0;
  #isChoosing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.field = /** @type {HTMLInputElement} */ (need("input", box));
    this.popup = need("[data-list]", box);
    this.list = need("[role=listbox]", box);
    this.note = need("[data-note]", box);
    this.status = need("[data-status]", box);
  }

  bind() {
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.#close();
    this.field.addEventListener("input", () => {
      if (!this.#isChoosing) this.#searchSoon();
    });
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("blur", () => this.#close());
    // A press would take the focus, and with it the list, before the click comes.
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element && event.target.closest("[role=option]");
      if (option) this.#choose([...this.list.children].indexOf(option));
    });
  }

  #searchSoon() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#search(), PAUSE_MS);
  }

  /** @param {number} [active] which option is to be the active one, of those found */
  async #search(active = -1) {
    const { source } = this.box.dataset;
    if (!source) return;
    this.#asked += 1;
    const asked = this.#asked;
    const url = new URL(source, location.href);
    url.searchParams.set("q", this.field.value);
    const answer = await read(url.pathname + url.search).catch(() => null);
    // Somebody has typed on, or left.
    if (asked !== this.#asked) return;
    this.#show(answer?.found ?? null);
    this.#activate(active < 0 ? active : Math.min(active, this.#choices.length - 1));
  }

  /** @param {Choice[] | null} found null where the desk did not answer */
  #show(found) {
    const { own } = this.box.dataset;
    this.#choices = [...(found ?? []), ...(own ? [null] : [])];
    this.list.replaceChildren(...this.#choices.map((choice, n) => this.#option(choice, n)));
    const says = found?.length
      ? word("combobox_found", { n: found.length })
      : word(found ? "combobox_none" : "combobox_failed");
    this.status.textContent = says;
    this.note.textContent = says;
    this.note.hidden = Boolean(found?.length);
    this.popup.hidden = false;
    this.field.setAttribute("aria-expanded", String(this.#choices.length > 0));
  }

  /**
   * @param {Choice | null} choice
   * @param {number} n
   */
  #option(choice, n) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${n}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    if (choice === null) {
      option.className = "is-own";
      option.textContent = this.box.dataset.own ?? "";
      return option;
    }
    for (const { text, isTyped } of piecesOf(choice.name, this.field.value)) {
      const piece = document.createElement(isTyped ? "strong" : "span");
      piece.textContent = text;
      option.append(piece);
    }
    return option;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) return;
    const isOpen = !this.popup.hidden;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.#close();
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#active);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#onArrow(event, isOpen);
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} isOpen
   */
  #onArrow({ key, altKey }, isOpen) {
    if (!isOpen) {
      const last = Number.MAX_SAFE_INTEGER;
      this.#search(altKey ? -1 : key === "ArrowDown" ? 0 : last);
    } else if (altKey && key === "ArrowUp") {
      this.#close();
    } else {
      this.#activate(movedTo(key, this.#active, this.#choices.length) ?? -1);
    }
  }

  /** @param {number} n */
  #activate(n) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = n;
    const option = this.list.children[n];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {number} n */
  #choose(n) {
    const choice = this.#choices[n];
    this.#close();
    this.#isChoosing = true;
    if (choice) this.field.value = choice.name;
    // Whoever keeps a draft hears of it as of anything that is typed.
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.field.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: choice }));
    this.#isChoosing = false;
  }

  #close() {
    clearTimeout(this.#pause);
    this.#asked += 1;
    this.#activate(-1);
    this.popup.hidden = true;
    this.status.textContent = "";
    this.field.setAttribute("aria-expanded", "false");
  }
}
