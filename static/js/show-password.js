// Passwords can be looked at before they are sent.

import { word } from "./words.js";

/** @param {HTMLButtonElement} button beside its field */
function wire(button) {
  const field = /** @type {HTMLInputElement} */ (button.previousElementSibling);
  const label = /** @type {HTMLElement} */ (button.querySelector("[data-label]"));

  const show = (/** @type {boolean} */ visible) => {
    field.type = visible ? "text" : "password";
    label.textContent = word(visible ? "hide" : "show");
    button.setAttribute("aria-label", word(visible ? "hide_password" : "show_password"));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    show(field.type === "password");
    field.focus();
  });
  // A shown password must not be kept by the browser among the words that were typed before.
  field.form?.addEventListener("submit", () => show(false));
}

for (const button of document.querySelectorAll("[data-show-password]")) {
  wire(/** @type {HTMLButtonElement} */ (button));
}
