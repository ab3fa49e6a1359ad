// The verifier's hold on the recording: pause it and let it go on, stop it, hear when a side is
// silent.

import { act, Refused } from "./api.js";
import { need } from "./elements.js";
import { word } from "./words.js";

/** @typedef {import("./call-recording.js").News} News */

export class RecordingControl {
  /** @param {string} path of the call */
  constructor(path) {
    this.path = path;
    this.dialog = /** @type {HTMLDialogElement} */ (need("#recording-dialog"));
    this.form = /** @type {HTMLFormElement} */ (need("form[data-recording-form]", this.dialog));
    this.problem = need("[data-problem]", this.dialog);
    this.reason = need("[name=reason]", this.form);
    this.hold = need("[data-recording-hold]");
    this.go = need("[data-recording-go]");
    this.alarm = need("[data-recording-alarm]");
    this.hold.addEventListener("click", () => this.ask());
    this.go.addEventListener("click", () => this.act("resume"));
    this.form.addEventListener("submit", (submit) => {
      submit.preventDefault();
      const reason = String(new FormData(this.form).get("reason") ?? "");
      this.act(submit.submitter?.getAttribute("value") ?? "pause", { reason });
    });
  }

  ask() {
    this.show(null);
    this.dialog.showModal();
  }

  /** @param {Refused | null} refusal */
  show(refusal) {
    const isReason = refusal?.code === "invalid_input";
    this.problem.hidden = refusal === null;
    this.problem.textContent = isReason
      ? word("recording_reason_needed")
      : (refusal?.message ?? "");
    this.reason.classList.toggle("is-wrong", isReason);
    this.reason.setAttribute("aria-invalid", String(isReason));
    if (isReason) this.reason.focus();
  }

  /**
   * @param {string} deed
   * @param {object} [body]
   */
  async act(deed, body) {
    try {
      await act(`${this.path}/recording/${deed}`, body);
      this.form.reset();
      this.dialog.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!this.dialog.open) this.dialog.showModal();
      this.show(error);
    }
  }

  /** @param {News} news */
  follow({ state, applicant, verifier }) {
    const isBegun = [applicant, verifier].some((side) => side !== "none");
    this.hold.hidden = !(state === "ready" && isBegun);
    this.go.hidden = state !== "paused";
    const silent = [];
    if (applicant === "silent") silent.push("recording_silent_applicant");
    if (verifier === "silent") silent.push("recording_silent_verifier");
    this.alarm.hidden = silent.length === 0;
    const words = silent.map((name) => word(name)).join(" ");
    const text = need("[data-words]", this.alarm);
    if (text.textContent !== words) text.textContent = words;
  }
}
