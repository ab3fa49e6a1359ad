// The decision: "Setujui" and "Tolak", each asked once more, because its mail cannot be taken back.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { need } from "./elements.js";
import { keyKeeper } from "./keys.js";
import { MailPreview } from "./mail-preview.js";
import { RejectForm } from "./reject-form.js";
import { word } from "./words.js";

/** @typedef {import("./checklist.js").Step} Step */
/**
 * @typedef {object} Hooks
 * @property {(deed: () => Promise<{url: string}>) => Promise<void>} leaveBy ends the call by a deed
 * @property {() => boolean} isAlone whether the applicant is not there now
 */

export class Verdict {
  /**
   * @param {string} path of the call
   * @param {Hooks} hooks
   */
  constructor(path, hooks) {
    this.path = path;
    this.hooks = hooks;
    this.keyFor = keyKeeper();
    /** @type {Step[]} */
    this.missing = [];
    this.approve = need("[data-approve]");
    this.reason = need("[data-approve-reason]");
    this.wireApprove();
    this.wireReject();
    document.addEventListener("keydown", (event) => {
      const button = { F8: "[data-approve]", F9: "[data-reject]" }[event.key];
      // Function keys write nothing: they act from within the notes as well.
      if (!button || event.repeat || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      need(button).click();
    });
  }

  /** @param {Step[]} steps */
  follow(steps) {
    this.missing = steps.filter((step) => step.required && step.passed !== true);
    const locked = this.missing.length > 0;
    this.approve.classList.toggle("is-locked", locked);
    this.approve.classList.toggle("btn-approve", !locked);
    this.approve.setAttribute("aria-disabled", String(locked));
    const failed = this.missing.find((step) => step.passed === false);
    this.reason.classList.remove("is-urged");
    if (failed) this.reason.textContent = word("approve_failed", { label: failed.label });
    else if (locked) this.reason.textContent = word("approve_after", { n: this.missing.length });
    else this.reason.textContent = word("approve_open");
  }

  wireApprove() {
    const dialog = /** @type {HTMLDialogElement} */ (need("#approve-dialog"));
    const preview = new MailPreview(this.path, dialog);
    const send = need("[data-send]", dialog);
    this.approve.addEventListener("click", () => {
      if (this.missing.length > 0) {
        this.reason.classList.add("is-urged");
        return;
      }
      need("[data-alone]", dialog).hidden = !this.hooks.isAlone();
      dialog.showModal();
      preview.show({ decision: "approved", reason: "", explanation: "" });
    });
    send.addEventListener("click", () => {
      const problem = need("[data-problem]", dialog);
      preview.leave();
      actOnce(send, problem, () => this.give({ decision: "approved" }));
    });
  }

  wireReject() {
    const dialog = /** @type {HTMLDialogElement} */ (need("#reject-dialog"));
    const form = /** @type {HTMLFormElement} */ (need("[data-reject-form]", dialog));
    const rejection = new RejectForm(form);
    const preview = new MailPreview(this.path, dialog);
    const verdict = () => ({ decision: "rejected", ...rejection.draft() });
    need("[data-reject]").addEventListener("click", () => {
      dialog.showModal();
      rejection.focus();
    });
    form.addEventListener("input", () => {
      if (rejection.chosen()) preview.soon(verdict());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!rejection.isComplete()) return;
      const problem = need("[data-problem]", form);
      preview.leave();
      actOnce(need("[data-send]", form), problem, () => this.give(verdict()));
    });
  }

  /** @param {Record<string, string>} verdict */
  async give(verdict) {
    await this.hooks.leaveBy(() => act(`${this.path}/verdict`, verdict, this.keyFor(verdict)));
  }
}
