// The verifier's own state: what it is, since when, and the choices that go with it.

import { duration, secondsSince } from "./durations.js";
import { part, setText, showCopy } from "./parts.js";
import { word } from "./words.js";

/** @typedef {"ready" | "in_call" | "wrap_up" | "on_break" | "off"} Mode */
/** @typedef {{state: Mode, reason: string | null, since_at: string}} Shift */

/**
 * @param {Shift} shift
 * @param {Mode} mode the shift's state, or in_call while a call is open
 */
export function drawShift(shift, mode) {
  showCopy(part("[data-shift-chip]"), `shift-${mode}`);
  part('[data-cell="shift_since"]').dataset.since = shift.since_at;
  const reason = shift.reason && word(`reason_${shift.reason}`);
  setText(part("[data-shift-detail]"), reason ? word("since_reason", { reason }) : word("since"));
  for (const element of document.querySelectorAll("[data-shown-in]")) {
    if (!(element instanceof HTMLElement)) continue;
    element.hidden = !element.dataset.shownIn?.split(" ").includes(mode);
  }
}

/**
 * Says how long the wrap-up still lasts.
 * @param {Shift} shift
 * @param {number} wrapUp_s
 * @returns {boolean} whether it is over
 */
export function countDown(shift, wrapUp_s) {
  const left_s = wrapUp_s - secondsSince(shift.since_at);
  setText(part("[data-ready-in]"), duration(Math.ceil(left_s)));
  return left_s <= 0;
}
