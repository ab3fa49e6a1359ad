// "Akhiri panggilan": without a verdict, back to the line or as not attended.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { need } from "./elements.js";

/**
 * @param {string} path of the call
 * @param {import("./verdict.js").Hooks} hooks
 */
export function wireEnd(path, hooks) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#end-dialog"));
  const form = /** @type {HTMLFormElement} */ (need("[data-end-form]", dialog));
  for (const button of document.querySelectorAll("[data-end]")) {
    button.addEventListener("click", () => {
      /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"))?.close();
      dialog.showModal();
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const outcome = String(new FormData(form).get("outcome"));
    actOnce(need("[data-send]", form), need("[data-problem]", form), () =>
      hooks.leaveBy(() => act(`${path}/end`, { outcome })),
    );
  });
}
