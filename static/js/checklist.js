// The checklist of a call, or of documents. Only the current step is open; a click on another one opens that.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { duration } from "./durations.js";
import { copyOf, isTyping, need } from "./elements.js";
import { word } from "./words.js";

/**
 * @typedef {{step: string, label: string, script: string, required: boolean,
 *   passed: boolean | null, marked_at_s: number | null}} Step
 */
/** @typedef {{parts: {text: string, strong: boolean}[], digits: string}} Challenge */

const CHALLENGE = "challenge";

export class Checklist {
  /**
   * @param {string} path of the call, or of the claim, which draws no challenge
   * @param {{checklist: Step[], challenge?: Challenge}} data
   * @param {(steps: Step[]) => void} changed
   */
  constructor(path, { checklist, challenge }, changed) {
    this.path = path;
    this.steps = checklist;
    this.challenge = challenge;
    this.changed = changed;
    this.list = need("[data-checklist]");
    this.problem = need("[data-step-problem]");
    /** @type {string | undefined} the step opened by hand */
    this.opened = undefined;
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.show();
  }

  /** The step to do now: the one opened by hand, else the first that nobody marked. */
  current() {
    return this.steps.find(({ step }) => step === this.opened) ?? this.steps.find(isUnmarked);
  }

  /**
   * @param {string} step
   * @param {boolean | null} passed null takes the mark back
   */
  async mark(step, passed) {
    await actOnce(this.list, this.problem, async () => {
      const answer = await act(`${this.path}/checklist`, { step, passed });
      this.opened = undefined;
      this.steps = answer.checklist;
      this.show();
    });
  }

  async drawAgain() {
    await actOnce(this.list, this.problem, async () => {
      this.challenge = (await act(`${this.path}/challenge`)).challenge;
      this.show();
    });
  }

  show() {
    const held = this.list.contains(document.activeElement);
    const current = this.current();
    const rows = this.steps.map((step, index) => this.row(step, index + 1, step === current));
    this.list.replaceChildren(...rows);
    const done = this.steps.filter((step) => step.passed).length;
    need("[data-checklist-count]").textContent = word("steps_done", {
      n: done,
      all: this.steps.length,
    });
    // The buttons were drawn anew under the fingers.
    if (held) {
      const pass = /** @type {HTMLElement | null} */ (this.list.querySelector("[data-pass]"));
      (pass ?? need("li button", this.list)).focus({ preventScroll: true });
    }
    const body = this.list.querySelector("[data-step-body]");
    // With the next picture of the page: now it would be laid out for this alone.
    requestAnimationFrame(() => body?.scrollIntoView({ block: "nearest" }));
    this.changed(this.steps);
  }

  /**
   * @param {Step} step
   * @param {number} number
   * @param {boolean} isCurrent
   */
  row(step, number, isCurrent) {
    const row = copyOf("step-row");
    const state = step.passed === null ? "later" : step.passed ? "done" : "fail";
    row.classList.add(...(isCurrent && step.passed === null ? ["now"] : [state]));
    row.classList.toggle("is-open", isCurrent);
    if (isCurrent) row.setAttribute("aria-current", "step");
    need("[data-number]", row).textContent = step.passed === null ? String(number) : "";
    const open = need("[data-open]", row);
    need("[data-label]", open).textContent = step.label;
    need("[data-state]", open).textContent = word(`step_${state}`);
    need("[data-optional]", open).hidden = step.required;
    open.setAttribute("aria-expanded", String(isCurrent));
    open.addEventListener("click", () => {
      this.opened = step.step;
      this.show();
    });
    const time = step.marked_at_s === null ? "" : duration(step.marked_at_s);
    need("[data-time]", row).textContent = step.passed === null ? "" : time;
    if (isCurrent) row.append(this.body(step));
    return row;
  }

  /** @param {Step} step */
  body(step) {
    const body = copyOf("step-body");
    need("[data-script]", body).textContent = step.script;
    need("[data-pass]", body).addEventListener("click", () => this.mark(step.step, true));
    need("[data-fail]", body).addEventListener("click", () => this.mark(step.step, false));
    const clear = need("[data-clear]", body);
    clear.hidden = step.passed === null;
    clear.addEventListener("click", () => this.mark(step.step, null));
    if (step.step === CHALLENGE && this.challenge) this.fillChallenge(body, this.challenge);
    return body;
  }

  /**
   * @param {HTMLElement} body
   * @param {Challenge} challenge
   */
  fillChallenge(body, challenge) {
    const box = need("[data-challenge]", body);
    box.hidden = false;
    need("[data-gesture]", box).replaceChildren(...spoken(challenge.parts));
    need("[data-digits]", box).textContent = challenge.digits;
    const again = need("[data-redraw]", body);
    again.hidden = false;
    again.addEventListener("click", () => this.drawAgain());
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const key = event.key.toLowerCase();
    if ((key !== "y" && key !== "t") || event.repeat || isTyping(event)) return;
    const current = this.current();
    if (!current) return;
    event.preventDefault();
    this.mark(current.step, key === "y");
  }
}

/** @param {Step} step */
function isUnmarked(step) {
  return step.passed === null;
}

/**
 * The sentence to read out: what matters is bold, and a comma follows it.
 * @param {Challenge["parts"]} parts
 */
function spoken(parts) {
  return parts.flatMap(({ text, strong }, index) => {
    const last = index === parts.length - 1;
    if (!strong) return [last ? text : `${text} `];
    const bold = document.createElement("strong");
    bold.textContent = text;
    return [bold, last ? "" : ", "];
  });
}
