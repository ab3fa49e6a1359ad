// Masked numbers: shown whole when asked for, and every look is logged.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { need } from "./elements.js";
import { word } from "./words.js";

/** @param {string} path of the call */
export function wireReveals(path) {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    wireReveal(path, /** @type {HTMLElement} */ (button));
  }
}

/**
 * @param {string} path
 * @param {HTMLElement} button
 */
function wireReveal(path, button) {
  const field = button.dataset.reveal ?? "";
  const number = need(`[data-number-of=${field}]`);
  const masked = number.textContent ?? "";
  let open = false;

  const show = async () => {
    const shown = open ? masked : (await act(`${path}/reveal`, { field })).value;
    open = !open;
    number.textContent = shown;
    button.classList.toggle("is-open", open);
    const name = word(`${open ? "hide" : "reveal"}_${field}`);
    button.setAttribute("aria-label", name);
    button.title = name;
  };
  button.addEventListener("click", () => actOnce(button, need("[data-record-problem]"), show));
}
