// The sign-in form: the password can be looked at before it is sent.

import { word } from "./words.js";

const field = /** @type {HTMLInputElement} */ (document.getElementById("password"));
const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-show-password]"));
const label = /** @type {HTMLElement} */ (button.querySelector("[data-label]"));

function show(/** @type {boolean} */ visible) {
  field.type = visible ? "text" : "password";
  label.textContent = word(visible ? "hide" : "show");
  button.setAttribute("aria-label", word(visible ? "hide_password" : "show_password"));
}

button.hidden = false;
button.addEventListener("click", () => {
  show(field.type === "password");
  field.focus();
});
// A shown password must not be kept by the browser among the words that were typed before.
field.form?.addEventListener("submit", () => show(false));
