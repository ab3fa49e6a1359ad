// How old the figures on a staff screen are, in words and colour; aloud only when it changes.

import { part, setText } from "./parts.js";
import { spoken } from "./spoken.js";
import { word } from "./words.js";

const STALE_AFTER_S = 15;
const STOPPED_AFTER_S = 60;

/** @typedef {"ok" | "warn" | "bad"} Level */

/**
 * @param {number} age_s
 * @returns {Level}
 */
function levelOf(age_s) {
  if (age_s >= STOPPED_AFTER_S) return "bad";
  return age_s >= STALE_AFTER_S ? "warn" : "ok";
}

/** @type {Level} */
let shown = "ok";
let restarting = false;

/** @param {boolean} is whether the desk has said that it restarts, and is not back yet */
export function showRestart(is) {
  if (is && !restarting) setText(part("[data-freshness-news]"), word("live_restarts"));
  restarting = is;
}

/**
 * @param {number} age_s of the last answer
 * @param {boolean} isAlwaysCounted whether the age is told while all is well, too
 */
export function showFreshness(age_s, isAlwaysCounted) {
  const level = levelOf(age_s);
  const sign = part("[data-freshness]");
  sign.hidden = false;
  sign.className = `conn ${level}`;
  part("[data-fresh]", sign).hidden = level !== "ok";
  part("[data-stale]", sign).hidden = level === "ok";
  setText(part("[data-words]", sign), wordsFor(level, age_s, isAlwaysCounted));
  document.body.classList.toggle("is-stopped", level === "bad");
  if (level !== shown)
    setText(part("[data-freshness-news]"), word(level === "ok" ? "live_back" : "live_lost"));
  shown = level;
}

/**
 * @param {Level} level
 * @param {number} age_s
 * @param {boolean} isAlwaysCounted
 */
function wordsFor(level, age_s, isAlwaysCounted) {
  if (level === "bad") return word("live_stopped");
  if (restarting) return word("live_restarts");
  if (level === "ok" && !isAlwaysCounted) return word("live_fresh");
  return word("live_aged", { ago: spoken(age_s) });
}
