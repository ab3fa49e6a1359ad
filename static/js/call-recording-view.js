// What a call's page says of its recording.

import { word } from "./words.js";

/** @typedef {import("./call-recording.js").News} News */

/**
 * @param {News} news
 * @returns {string} the name of the words that are true
 */
export function wordOf({ state, applicant, verifier }) {
  if (applicant === "written" || verifier === "written") return "recording_on";
  if (state !== "ready") return `recording_${state}`;
  const isCut = [applicant, verifier].some((side) => side === "cut" || side === "silent");
  return isCut ? "recording_cut" : "recording_ready";
}

/** @param {News} news */
export function showRecording(news) {
  const sign = document.querySelector("[data-recording]");
  if (!sign) return;
  const name = wordOf(news);
  sign.className = sign.className.replace(/\brecording_\w+/g, "").trim();
  sign.classList.add(name);
  const words = sign.querySelector("[data-words]");
  if (words && words.textContent !== word(name)) words.textContent = word(name);
  const question = /** @type {HTMLElement | null} */ (document.querySelector("[data-consent-ask]"));
  if (question) question.hidden = news.state !== "unasked";
}

/** @param {string | null} sentence why this side is not recorded; only staff have a place for it */
export function showTrouble(sentence) {
  const note = /** @type {HTMLElement | null} */ (
    document.querySelector("[data-recording-trouble]")
  );
  if (!note) return;
  note.hidden = sentence === null;
  const words = note.querySelector("[data-words]");
  if (words) words.textContent = sentence ?? "";
}
