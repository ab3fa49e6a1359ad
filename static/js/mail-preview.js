// The mail that a verdict would send, shown before it goes out.

import { Refused, read } from "./api.js";
import { need } from "./elements.js";

const PAUSE_MS = 400;

/** @typedef {{decision: string, reason: string, explanation: string}} Draft */

export class MailPreview {
  /**
   * @param {string} path of the call
   * @param {HTMLElement} dialog
   */
  constructor(path, dialog) {
    this.path = path;
    this.dialog = dialog;
    this.to = need("[data-mail-to]", dialog);
    this.subject = need("[data-mail-subject]", dialog);
    this.problem = need("[data-mail-problem]", dialog);
    this.shown = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined;
  }

  /** @param {Draft} draft */
  soon(draft) {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.show(draft), PAUSE_MS);
  }

  /** @param {Draft} draft */
  async show(draft) {
    const url = `${this.path}/mail-preview?${new URLSearchParams(draft)}`;
    if (url === this.shown) return;
    this.shown = url;
    // Replacing leaves no steps in the page's history, which `src` would.
    this.frame().contentWindow?.location.replace(url);
    try {
      const { to, subject, language } = await read(url);
      this.to.textContent = to;
      this.subject.textContent = subject;
      this.subject.lang = language;
      this.problem.hidden = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem.textContent = error.message;
      this.problem.hidden = false;
    }
  }

  /** The verdict is on its way: after it there is nothing to be shown any more. */
  leave() {
    clearTimeout(this.pause);
  }

  frame() {
    const template = this.dialog.querySelector("template");
    template?.replaceWith(template.content);
    return /** @type {HTMLIFrameElement} */ (need("iframe", this.dialog));
  }
}
