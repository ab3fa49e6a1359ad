// One beat each second for the whole page: counted durations, the clock on the wall.

import { duration, secondsSince } from "./durations.js";
import { setText } from "./parts.js";
import { untilPassage } from "./passage.js";
import { language } from "./words.js";

/** @type {Set<() => void>} */
const listeners = new Set();
untilPassage.addEventListener("abort", () => listeners.clear());

/** @param {() => void} listener called now and then each second */
export function everySecond(listener) {
  listeners.add(listener);
  listener();
}

/** The time of the server. */
function serverNow() {
  return new Date(secondsSince(new Date(0).toISOString()) * 1000);
}

/**
 * A wall clock's time: "08.06", in English "08:06".
 * @param {Date} moment
 * @param {string} zone
 */
export function clockTime(moment, zone) {
  const format = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  });
  return format.format(moment);
}

/** Count every `data-since` of the page on, now. */
export function countOn() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const since = element.getAttribute("data-since");
    if (since) setText(element, duration(secondsSince(since)));
  }
}

function turnClocks() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    setText(clock, clockTime(serverNow(), clock.getAttribute("data-clock") ?? "UTC"));
  }
}

everySecond(countOn);
everySecond(turnClocks);
setInterval(() => {
  for (const listener of listeners) listener();
}, 1000);
