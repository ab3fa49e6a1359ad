// Durations as the page's language writes them.

import { language } from "./words.js";

// What stands between hours and minutes: "10.00", "10:00".
const separator = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" })
  .formatToParts()
  .find(({ type }) => type === "literal")?.value;

/**
 * "6.42" for 402 seconds, "1.06.42" from an hour on; "6:42" in English.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const parts = hours ? [hours, two(minutes), two(rest)] : [minutes, two(rest)];
  return parts.join(separator);
}

/**
 * Seconds since a moment of the server, by the browser's clock corrected by the page's own time.
 * @param {string} since ISO 8601
 */
export function secondsSince(since) {
  return (serverTime().getTime() - Date.parse(since)) / 1000;
}

/** Now, by the server's clock. */
export function serverTime() {
  return new Date(Date.now() + offsetMs);
}

const served = document.documentElement.dataset.now;
const offsetMs = served ? Date.parse(served) - Date.now() : 0;
