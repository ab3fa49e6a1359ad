// The supervisor's table of calls: the weakest connection first, its figures one click away.

import { copyOf, fillCells, part, setText } from "./parts.js";
import { word } from "./words.js";

/**
 * @typedef {object} Side what one side's page has measured
 * @property {number} bars
 * @property {number} loss_percent
 * @property {number | null} rtt_ms
 * @property {number} rate_kbps
 * @property {string | null} path
 * @property {boolean} sound_only
 */
/**
 * @typedef {object} Call
 * @property {string} id
 * @property {string} verifier_name
 * @property {number} desk_number
 * @property {string} applicant_name
 * @property {string} started_at
 * @property {number | null} bars of the weaker side
 * @property {string} recent a digit of bars each 5 s, the newest last
 * @property {Record<"applicant" | "verifier", Side | null>} quality
 */

const SPARK_SIZE = 60;
const table = part("[data-calls-table]");

/** @param {Call[]} calls in the order in which they are shown */
export function drawCalls(calls) {
  setText(part("[data-calls-count]"), calls.length);
  table.hidden = calls.length === 0;
  part("[data-calls-none]").hidden = calls.length > 0;
  const old = new Map(
    [...table.querySelectorAll("tbody")].map((body) => [body.dataset.call, body]),
  );
  const bodies = calls.map((call) => {
    const body = old.get(call.id) ?? newBody(call.id);
    old.delete(call.id);
    draw(body, call);
    return body;
  });
  for (const gone of old.values()) gone.remove();
  // Moved only where the order has changed: a row that moves loses the focus.
  const shown = table.querySelectorAll("tbody");
  if (bodies.some((body, index) => shown[index] !== body)) table.append(...bodies);
}

/** @param {string} id */
function newBody(id) {
  const body = /** @type {HTMLTableSectionElement} */ (copyOf("call-rows").querySelector("tbody"));
  body.dataset.call = id;
  return body;
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {Call} call
 */
function draw(body, call) {
  const { verifier_name, applicant_name, started_at, bars, recent, quality } = call;
  const desk_number = String(call.desk_number).padStart(2, "0");
  const words = bars === null ? word("unmeasured") : word(`quality_${bars}`);
  fillCells(body, { verifier_name, desk_number, applicant_name, quality: words });
  part('[data-cell="since"]', body).dataset.since = started_at;
  const tone = bars === null ? "" : bars >= 3 ? "ok" : bars === 2 ? "warn" : "bad";
  part(".call-spark", body).className = `call-spark ${tone}`;
  part("[data-detail]", body).className = `conn call-quality ${tone}`;
  part("[data-bars]", body).className = `bars b${bars ?? ""}`;
  drawSpark(body, recent);
  for (const side of /** @type {const} */ (["applicant", "verifier"])) {
    part(`[data-side="${side}"]`, body).replaceChildren(...described(quality[side]));
  }
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {string} recent
 */
function drawSpark(body, recent) {
  body.querySelector("polyline")?.setAttribute("points", pointsOf(recent));
  // A line of no length has no end to be seen.
  const end = recent.slice(-1).repeat(2);
  body.querySelector(".spark-end")?.setAttribute("points", pointsOf(end));
}

/** @param {string} digits the newest at the right edge */
function pointsOf(digits) {
  const points = [...digits].map((digit, index) => {
    return `${SPARK_SIZE - digits.length + index},${18 - 4 * Number(digit)}`;
  });
  return points.join(" ");
}

/** @param {Side | null} side */
function described(side) {
  if (side === null) return [text("span", word("unmeasured"), "muted")];
  const parts = [
    word("figure_loss", { n: side.loss_percent }),
    side.rtt_ms === null ? "" : word("figure_delay", { n: side.rtt_ms }),
    word("figure_rate", { n: side.rate_kbps }),
    side.path === null ? "" : word(side.path),
  ];
  const figures = parts.filter(Boolean).map((part) => text("span", part));
  if (side.sound_only) figures.unshift(text("strong", word("figure_sound_only")));
  return figures.flatMap((figure) => [figure, " "]);
}

/**
 * @param {string} tag
 * @param {string} words
 * @param {string} [className]
 */
function text(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  element.className = className;
  return element;
}

table.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-detail]") : null;
  const detail = button?.closest("tbody")?.querySelector(".call-detail");
  if (!button || !(detail instanceof HTMLElement)) return;
  detail.hidden = !detail.hidden;
  button.setAttribute("aria-expanded", String(!detail.hidden));
});
