// What a call's page shows of the connection: the other side's picture, one word, a sentence.

import { need } from "./elements.js";
import { word } from "./words.js";

/** @param {import("./call-status.js").Status} status */
export function showStatus({ word: name, sentence }) {
  for (const sign of document.querySelectorAll("[data-connection]")) {
    /** @type {HTMLElement} */ (sign).hidden = sign.getAttribute("data-connection") !== name;
  }
  document.body.classList.toggle("is-live", name === "connected");
  const note = need("[data-call-note]");
  const text = sentence ? word(sentence) : "";
  if (note.textContent !== text) note.textContent = text;
  note.hidden = sentence === null;
}

/** Of a call that this page has left nothing is said any more: it may be recorded, or not. */
export function showLeft() {
  const signs = document.querySelectorAll("[data-recording], [data-recording-trouble], .call-conn");
  for (const sign of signs) /** @type {HTMLElement} */ (sign).hidden = true;
}

/**
 * @param {HTMLVideoElement} video
 * @param {MediaStream} stream
 */
export async function play(video, stream) {
  if (video.srcObject !== stream) video.srcObject = stream;
  if ((await startOf(video)) !== "NotAllowedError") return;
  // After a reload some browsers want a click or a key before a page may sound.
  video.muted = true;
  need("[data-sound]").hidden = false;
  await startOf(video);
}

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<string | null>} why it does not play; AbortError where another stream came first
 */
async function startOf(video) {
  try {
    await video.play();
    return null;
  } catch (error) {
    if (error instanceof DOMException) return error.name;
    throw error;
  }
}

/** @param {HTMLVideoElement} video */
export function wireSound(video) {
  const sound = () => {
    video.muted = false;
    need("[data-sound]").hidden = true;
  };
  for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, sound);
}
