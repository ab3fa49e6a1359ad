// "Akhiri panggilan": without a verdict, back to the line or as not attended.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { need } from "./elements.js";
import { keyKeeper } from "./keys.js";

/**
 * @typedef {object} Ending
 * @property {(outcome: string) => void} ask in the dialog, with this outcome chosen
 * @property {(outcome: string) => Promise<void>} end at once
 */

/**
 * @param {string} path of the call
 * @param {import("./verdict.js").Hooks} hooks
 * @returns {Ending}
 */
export function wireEnd(path, hooks) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#end-dialog"));
  const form = /** @type {HTMLFormElement} */ (need("[data-end-form]", dialog));
  const keyFor = keyKeeper();
  /** @param {string} outcome */
  const ask = (outcome) => {
    /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"))?.close();
    /** @type {HTMLInputElement} */ (need(`input[value="${outcome}"]`, form)).checked = true;
    dialog.showModal();
  };
  /** @param {string} outcome */
  const end = (outcome) => hooks.leaveBy(() => act(`${path}/end`, { outcome }, keyFor(outcome)));
  for (const button of document.querySelectorAll("[data-end]")) {
    button.addEventListener("click", () => ask("returned"));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const outcome = String(new FormData(form).get("outcome"));
    actOnce(need("[data-send]", form), need("[data-problem]", form), () => end(outcome));
  });
  return { ask, end };
}
