// The form of a rejection: one reason, words for the applicant, and what is still missing.

import { need } from "./elements.js";
import { word } from "./words.js";

export class RejectForm {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.text = /** @type {HTMLTextAreaElement} */ (need("textarea", form));
    form.addEventListener("input", () => this.show());
    this.show();
  }

  chosen() {
    return /** @type {HTMLInputElement | null} */ (
      this.form.querySelector("input[name=reason]:checked")
    );
  }

  draft() {
    return { reason: this.chosen()?.value ?? "", explanation: this.text.value.trim() };
  }

  /** The reason that is chosen already, else the first one. */
  focus() {
    (this.chosen() ?? need("input[name=reason]", this.form)).focus();
  }

  isTextRequired() {
    return this.chosen()?.dataset.textRequired === "true";
  }

  isTooShort() {
    return this.isTextRequired() && this.text.value.trim().length < this.text.minLength;
  }

  show() {
    const chosen = this.chosen() !== null;
    const hint = this.isTextRequired() ? "text_required" : "text_optional";
    need("[data-hint]", this.form).textContent = chosen ? word(hint) : "";
    need("[data-count]", this.form).textContent = word("letters_of", {
      n: this.text.value.trim().length,
      all: this.text.maxLength,
    });
    need("[data-no-reason]", this.form).hidden = chosen;
    need("[data-mail]", this.form).hidden = !chosen;
    if (chosen) this.showError("reason", false);
    if (!this.isTooShort()) this.showError("explanation", false);
  }

  /** Says what is missing, and leads there. */
  isComplete() {
    if (this.chosen() === null) {
      this.showError("reason", true);
      this.focus();
      return false;
    }
    if (!this.isTooShort()) return true;
    this.showError("explanation", true);
    this.text.focus();
    return false;
  }

  /**
   * @param {"reason" | "explanation"} field
   * @param {boolean} wrong
   */
  showError(field, wrong) {
    need(`[data-error=${field}]`, this.form).hidden = !wrong;
    if (field !== "explanation") return;
    this.text.setAttribute("aria-invalid", String(wrong));
    this.text.classList.toggle("is-wrong", wrong);
  }
}
