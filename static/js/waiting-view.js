// What the waiting room shows: the place, the estimate, the line, and whether news comes in.

import { serverTime } from "./durations.js";
import { pipsOf, wholeMinutes } from "./place.js";
import { language, word } from "./words.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {"connecting" | "connected" | "lost" | "restarting"} Connection */

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));

const room = part("room");
const number = part("place");
const line = part("line");
const moved = part("moved");
const back = part("back");
const hold_ms = Number(room.dataset.holdMinutes) * 60_000;
const clock = new Intl.DateTimeFormat(language, {
  timeZone: room.dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/**
 * Show a place that came in. Text is touched only where it changed: the number is announced.
 * @param {Place} place
 * @param {number} before the position that was shown until now
 */
export function showPlace(place, before) {
  write(number, String(place.position));
  number.dataset.digits = String(String(place.position).length);
  const ahead = place.position - 1;
  write(part("ahead"), ahead ? word("ahead", { n: ahead }) : word("next"));
  write(part("waiting"), word("waiting", { n: place.waiting }));
  showEstimate(place.wait_s);
  part("updated").textContent = clock.format(serverTime());
  if (place.position === before) return;
  drawLine(ahead);
  moved.hidden = place.position < before;
  if (place.position < before) back.hidden = true;
  if (place.position > before) {
    write(part("moved-what"), word("moved_what", { from: before, to: place.position }));
  }
}

/**
 * This page was away, and the line knew it.
 * @param {import("./place.js").Away} from
 */
export function showBack(from) {
  write(part("back-why"), word(`back_${from}`));
  back.hidden = false;
}

/** @param {Place["wait_s"]} wait_s */
function showEstimate(wait_s) {
  part("wait").classList.toggle("is-unknown", wait_s === null);
  if (wait_s === null) return write(part("estimate"), word("estimate_unknown"));
  const [low, high] = wholeMinutes(wait_s);
  const minutes = low === high ? word("minutes", { n: low }) : word("minutes_range", { low, high });
  write(part("estimate"), minutes);
}

/** @param {number} ahead */
function drawLine(ahead) {
  const { pips, more } = pipsOf(ahead);
  const drawn = Array.from({ length: pips }, (_, index) => [
    span("seg"),
    span(index ? "pip" : "pip breathe"),
  ]).flat();
  if (more) drawn.push(span("seg"), span("more", `+${more}`));
  line.replaceChildren(...drawn, span("seg"));
}

/**
 * @param {string} classes
 * @param {string} [text]
 */
function span(classes, text = "") {
  const element = document.createElement("span");
  element.className = classes;
  element.textContent = text;
  return element;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let holding;

/** @param {Connection} state */
export function showConnection(state) {
  const shown = state === "restarting" ? "connecting" : state;
  for (const sign of document.querySelectorAll("[data-connection]")) {
    /** @type {HTMLElement} */ (sign).hidden = sign.getAttribute("data-connection") !== shown;
  }
  const away = state === "lost" || state === "restarting";
  part("safe").hidden = away;
  part("lost").hidden = state !== "lost";
  part("restarting").hidden = state !== "restarting";
  if (!away) {
    clearTimeout(holding);
    holding = undefined;
    write(part("lost-what"), word("lost_short"));
  }
  if (away) holding ??= setTimeout(() => write(part("lost-what"), word("lost_long")), hold_ms);
}

/** The verifier is ready: nothing else is left on the page. */
export function showReady() {
  room.hidden = true;
  part("ready").hidden = false;
  part("ready-said").textContent = word("ready");
  document.title = word("title_ready");
}

/** The call is open in another tab. */
export function showElsewhere() {
  part("ready-where").textContent = word("elsewhere");
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
