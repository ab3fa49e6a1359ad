// The buttons for one's own microphone and camera, and what they say.

import { isTyping, need } from "./elements.js";
import { listDevices, mirror } from "./media.js";
import { setText } from "./parts.js";
import { word } from "./words.js";

/** @typedef {import("./own-media.js").OwnMedia} OwnMedia */
/** @typedef {import("./own-media.js").Trouble} Trouble */

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
  document.querySelector("[data-turn-camera]")?.addEventListener("click", () => own.turnCamera());
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
  mirror(/** @type {HTMLVideoElement} */ (need("video[data-local]")), own.track("video"));
  showTurn();
  showTrouble(own);
}

/** Only who has a second camera can turn it. */
async function showTurn() {
  const { cameras } = await listDevices();
  document.body.classList.toggle("has-cameras", cameras.length > 1);
}

/** @param {OwnMedia} own */
function showTrouble({ troubles, replaced }) {
  const sentences = sentencesOf(troubles);
  if (replaced) {
    const values = { device: word(nameOf(replaced.kind)), label: replaced.label };
    sentences.push(word("media_replaced", values));
  }
  const note = need("[data-media-problem]");
  note.hidden = sentences.length === 0;
  setText(need("[data-media-problem-text]"), sentences.join(" "));
  need("[data-permission-help]").hidden = !Object.values(troubles).includes("denied");
}

/**
 * One sentence where both have the same trouble.
 * @param {OwnMedia["troubles"]} troubles
 */
function sentencesOf({ audio, video }) {
  const say = (/** @type {Trouble} */ trouble, /** @type {string} */ device) =>
    word(`media_${trouble}`, { device: word(device) });
  if (audio && audio === video) return [say(audio, "device_both")];
  return [
    ...(video ? [say(video, nameOf("video"))] : []),
    ...(audio ? [say(audio, nameOf("audio"))] : []),
  ];
}

/** @param {import("./media.js").Kind} kind */
function nameOf(kind) {
  return kind === "video" ? "device_camera" : "device_microphone";
}
