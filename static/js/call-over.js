// The end of a call that this page did not bring about: what happened, and where the way goes on.

import { need } from "./elements.js";
import { word } from "./words.js";

/** @typedef {import("./call.js").Ended} Ended */

/**
 * A dialog behind which there is nothing to go back to.
 * @param {Ended} ended
 * @param {string} [text] in place of the words for the reason
 */
export function showEnd({ reason, url }, text = word(`ended_${reason}_text`)) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#ended-dialog"));
  const isElsewhere = reason === "replaced";
  need("[data-ended-title]", dialog).textContent = word(`ended_${reason}`);
  need("[data-ended-text]", dialog).textContent = text;
  const here = need("[data-use-here]", dialog);
  here.hidden = !isElsewhere;
  here.addEventListener("click", () => location.reload());
  const onwards = /** @type {HTMLAnchorElement} */ (need("[data-lead-on]", dialog));
  onwards.hidden = isElsewhere;
  onwards.href = url;
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  for (const open of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (open).close();
  }
  dialog.showModal();
}
