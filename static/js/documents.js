// The documents of an application as pictures: pages, zoom, turning.

import { need } from "./elements.js";
import { word } from "./words.js";

/** @typedef {{id: string, title: string, page_urls: string[]}} Document */

const PERSON_FIRST_MS = 300;
const ZOOMS = [1, 1.25, 1.5, 2, 3];

export class DocumentViewer {
  /** @param {Document[]} documents */
  constructor(documents) {
    this.documents = documents;
    this.document = 0;
    this.page = 0;
    this.zoom = 0;
    this.turns = 0;
    this.image = /** @type {HTMLImageElement} */ (need("[data-page]"));
    this.sheet = need("[data-sheet]");
    this.pane = need("[data-pane]");
    this.problem = need("[data-page-problem]");
    this.tabs = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("[data-tab]")]);
    this.wire();
    // The person first: both come from the same desk, through the same network.
    setTimeout(() => this.showPage(), PERSON_FIRST_MS);
  }

  wire() {
    this.tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => this.choose(index));
      tab.addEventListener("keydown", (event) => this.onTabKey(event, index));
    });
    const on = (/** @type {string} */ name, /** @type {() => void} */ act) =>
      need(`[data-${name}]`).addEventListener("click", act);
    on("zoom-out", () => this.setZoom(this.zoom - 1));
    on("zoom-in", () => this.setZoom(this.zoom + 1));
    on("turn", () => this.setTurns(this.turns + 1));
    on("previous", () => this.turnTo(this.page - 1));
    on("next", () => this.turnTo(this.page + 1));
    on("page-again", () => this.showPage());
    this.image.addEventListener("load", () => this.fit());
    this.image.addEventListener("error", () => this.showProblem(true));
    new ResizeObserver(() => this.fit()).observe(this.pane);
  }

  /** @param {number} index */
  choose(index) {
    this.document = index;
    this.page = 0;
    this.zoom = 0;
    this.turns = 0;
    this.showPage();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} index
   */
  onTabKey(event, index) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const next = (index + by + this.tabs.length) % this.tabs.length;
    this.choose(next);
    this.tabs[next]?.focus();
  }

  /** @param {number} page */
  turnTo(page) {
    const last = this.pages().length - 1;
    this.page = Math.min(Math.max(page, 0), last);
    this.showPage();
    this.pane.scrollTop = 0;
  }

  /** @param {number} zoom */
  setZoom(zoom) {
    this.zoom = Math.min(Math.max(zoom, 0), ZOOMS.length - 1);
    this.fit();
  }

  /** @param {number} turns */
  setTurns(turns) {
    this.turns = turns % 4;
    this.fit();
  }

  pages() {
    return this.documents[this.document]?.page_urls ?? [];
  }

  showPage() {
    const shown = this.documents[this.document];
    const url = this.pages()[this.page];
    this.tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === this.document));
      tab.tabIndex = index === this.document ? 0 : -1;
    });
    need("[data-page-count]").textContent = word("page_of", {
      n: url ? this.page + 1 : 0,
      all: this.pages().length,
    });
    lock(need("[data-previous]"), this.page === 0);
    lock(need("[data-next]"), this.page >= this.pages().length - 1);
    this.showProblem(!url);
    if (!shown || !url) return;
    this.image.alt = word("page_alt", { title: shown.title, n: this.page + 1 });
    this.image.src = url;
  }

  /** @param {boolean} broken */
  showProblem(broken) {
    this.problem.hidden = !broken;
    this.sheet.hidden = broken;
  }

  /** Zoom 1 is the width of the pane, whichever way the page is turned. */
  fit() {
    const { naturalWidth, naturalHeight } = this.image;
    const factor = ZOOMS[this.zoom] ?? 1;
    need("[data-zoom]").textContent = word("percent", { n: Math.round(factor * 100) });
    lock(need("[data-zoom-out]"), this.zoom === 0);
    lock(need("[data-zoom-in]"), this.zoom === ZOOMS.length - 1);
    if (!naturalWidth) return;
    const style = getComputedStyle(this.pane);
    const room =
      this.pane.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const width = room * factor;
    const lies = this.turns % 2 === 1;
    const ratio = lies ? naturalWidth / naturalHeight : naturalHeight / naturalWidth;
    const height = width * ratio;
    this.sheet.style.width = `${width}px`;
    this.sheet.style.height = `${height}px`;
    this.image.style.width = `${lies ? height : width}px`;
    this.image.style.height = `${lies ? width : height}px`;
    this.image.style.transform = `translate(-50%, -50%) rotate(${this.turns * 90}deg)`;
  }
}

/**
 * @param {HTMLElement} button
 * @param {boolean} locked
 */
function lock(button, locked) {
  button.setAttribute("aria-disabled", String(locked));
}
