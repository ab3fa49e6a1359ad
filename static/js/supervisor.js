// The supervisor's board: the desk's load, drawn anew at each piece of news.

import { drawCalls } from "./call-rows.js";
import { duration, secondsSince } from "./durations.js";
import { showFreshness } from "./freshness.js";
import { follow } from "./live.js";
import { part, setText } from "./parts.js";
import { countOn, everySecond } from "./seconds.js";
import { word } from "./words.js";

/**
 * @typedef {object} Figures
 * @property {number} waiting
 * @property {string | null} longest_since_at
 * @property {number} over_target
 * @property {Record<string, number>} verifiers
 * @property {import("./call-rows.js").Call[]} calls
 * @property {number} taken
 * @property {number} approved
 * @property {number} rejected
 * @property {number} left
 * @property {{share: number | null, in_time: number, counted: number, within_s: number, target_percent: number}} service_level
 * @property {{failed: number, troubled: number}} mails
 */

const MOST_PIPS = 24;
const ON_DUTY = ["in_call", "wrap_up", "ready", "on_break"];

/** @type {Figures | null} */
let figures = null;

/**
 * @param {HTMLElement} element
 * @param {number} count shown grey where it is zero, never hidden
 */
function setCount(element, count) {
  setText(element, count);
  element.classList.toggle("is-zero", count === 0);
}

/**
 * @param {HTMLElement} kpi
 * @param {"none" | "within" | "over"} name
 */
function showNote(kpi, name) {
  for (const note of kpi.querySelectorAll("[data-note]")) {
    if (note instanceof HTMLElement) note.hidden = note.dataset.note !== name;
  }
}

/** @param {{figures: Figures}} fresh */
function draw(fresh) {
  figures = fresh.figures;
  drawWaiting(figures);
  drawLevel(figures.service_level);
  drawVerifiers(figures.verifiers);
  drawCalls(figures.calls);
  drawDay(figures);
  drawMails(figures.mails);
  countOn();
  countLongest();
}

/** @param {Figures} fresh */
function drawWaiting({ waiting, over_target }) {
  setCount(part("[data-waiting]"), waiting);
  const overWords = over_target ? word("over_target", { n: over_target }) : word("within_target");
  setText(part("[data-over]"), waiting ? overWords : word("nobody"));
  const pips = part("[data-pips]");
  const count = Math.min(waiting, MOST_PIPS);
  while (pips.childElementCount > count) pips.lastElementChild?.remove();
  while (pips.childElementCount < count) pips.append(document.createElement("i"));
  for (const [index, pip] of [...pips.children].entries()) {
    pip.classList.toggle("over", index < over_target);
  }
}

function countLongest() {
  if (!figures) return;
  const since = figures.longest_since_at;
  const longest_s = since ? secondsSince(since) : 0;
  const isOver = longest_s > figures.service_level.within_s;
  const kpi = part("[data-longest]");
  const figure = part("[data-longest-figure]");
  setText(figure, duration(longest_s));
  figure.classList.toggle("is-zero", !since);
  kpi.classList.toggle("is-over", isOver);
  showNote(kpi, !since ? "none" : isOver ? "over" : "within");
}

/** @param {Figures["service_level"]} level */
function drawLevel({ share, in_time, counted, target_percent }) {
  const kpi = part("[data-level]");
  const percent = share === null ? "–" : String(Math.round(share * 100));
  setText(part("[data-share]"), percent);
  part(".figure", kpi).classList.toggle("is-zero", share === null);
  part("[data-share-unit]").hidden = share === null;
  showNote(kpi, share === null ? "none" : share * 100 >= target_percent ? "within" : "over");
  setText(part('[data-level-part="in_time"]'), in_time);
  setText(part('[data-level-part="counted"]'), counted);
  setText(part("[data-level-result]"), share === null ? percent : `${percent}%`);
}

/** @param {Record<string, number>} verifiers */
function drawVerifiers(verifiers) {
  for (const count of document.querySelectorAll("[data-count]")) {
    if (count instanceof HTMLElement) setCount(count, verifiers[count.dataset.count ?? ""] ?? 0);
  }
  const onDuty = ON_DUTY.reduce((sum, state) => sum + (verifiers[state] ?? 0), 0);
  setText(part("[data-on-duty]"), word("on_duty", { n: onDuty }));
  const share = 100 / Math.max(onDuty, 1);
  let before = 0;
  for (const state of ON_DUTY) {
    const bar = document.querySelector(`[data-bar="${state}"]`);
    bar?.setAttribute("x", `${before * share}%`);
    bar?.setAttribute("width", `${(verifiers[state] ?? 0) * share}%`);
    before += verifiers[state] ?? 0;
  }
}

/** @param {Figures} fresh */
function drawDay({ taken, approved, rejected, left }) {
  const counts = Object.entries({ taken, approved, rejected, left });
  const most = Math.max(1, taken, approved, rejected, left);
  for (const [name, count] of counts) {
    setCount(part(`[data-day="${name}"]`), count);
    document
      .querySelector(`[data-day-bar="${name}"]`)
      ?.setAttribute("width", `${(count * 100) / most}%`);
  }
}

/** @param {Figures["mails"]} mails those given up are told of first */
function drawMails({ failed, troubled }) {
  const link = part("[data-mails]");
  link.hidden = failed + troubled === 0;
  link.classList.toggle("is-late", failed === 0);
  const words = failed
    ? word("mails_failed", { n: failed })
    : word("mails_troubled", { n: troubled });
  setText(part("[data-words]", link), words);
}

const refresh = follow("/supervisor", draw, (age_s) => showFreshness(age_s, true));
refresh();
everySecond(countLongest);
