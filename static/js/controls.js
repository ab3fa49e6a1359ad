// The buttons for one's own microphone and camera, and what they say.

import { isTyping, need } from "./elements.js";
import { word } from "./words.js";

/** @typedef {import("./own-media.js").OwnMedia} OwnMedia */

const BUTTONS = /** @type {const} */ ([
  { kind: "audio", name: "microphone", key: "m" },
  { kind: "video", name: "camera", key: "v" },
]);

/** @param {OwnMedia} own */
export function wireControls(own) {
  for (const { kind, name, key } of BUTTONS) {
    const button = need(`[data-${name}]`);
    button.addEventListener("click", () => own.toggle(kind));
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== key || event.repeat || isTyping(event)) return;
      event.preventDefault();
      own.toggle(kind);
    });
  }
}

/** @param {OwnMedia} own */
export function showControls(own) {
  for (const { kind, name } of BUTTONS) {
    const on = own.sending(kind) === "on";
    const button = need(`[data-${name}]`);
    button.setAttribute("aria-label", word(on ? `${name}_off` : `${name}_on`));
    button.title = word(on ? `${name}_off` : `${name}_on`);
    button.classList.toggle("is-off", !on);
  }
  need("[data-local-off]").hidden = own.sending("video") === "on";
  const sentence = need("[data-media-problem]");
  const incomplete = own.sending("audio") === "none" || own.sending("video") === "none";
  const problem = incomplete ? own.problem : null;
  sentence.hidden = problem === null;
  need("[data-media-problem-text]").textContent = problem ? word(`media_${problem}`) : "";
}
