// The newest snapshot beside the document, as long as it is asked for.

import { need } from "./elements.js";

/**
 * @returns {(newest: import("./snapshots.js").Snapshot | undefined) => void} is told which it is
 */
export function wireCompare() {
  const button = need("[data-compare]");
  const figure = need("[data-compared]");
  const picture = /** @type {HTMLImageElement} */ (need("[data-picture]", figure));
  const show = (/** @type {boolean} */ isPressed) => {
    button.setAttribute("aria-pressed", String(isPressed));
    figure.hidden = !isPressed;
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") !== "true"));
  return (newest) => {
    button.hidden = !newest;
    if (!newest) return show(false);
    picture.src = newest.url;
    picture.alt = newest.label;
  };
}
