// The verifier's desk: who waits, one's own state, and the next applicant.

import { act, Refused } from "./api.js";
import { secondsSince } from "./durations.js";
import { showFreshness } from "./freshness.js";
import { drawLine } from "./line-table.js";
import { follow } from "./live.js";
import { bindMenu } from "./menu.js";
import { bindTake, drawNext, forgetOffline, showProblem } from "./next-applicant.js";
import { part, setText } from "./parts.js";
import { untilPassage } from "./passage.js";
import { countOn, everySecond } from "./seconds.js";
import { countDown, drawShift } from "./shift.js";
import { bindLetterSwitch, isLoose, lettersAct } from "./shortcuts.js";
import { spoken } from "./spoken.js";
import { tick } from "./tick.js";
import { language, word } from "./words.js";

/** @typedef {import("./line-table.js").Row} Row */
/**
 * @typedef {object} Desk
 * @property {import("./shift.js").Shift} shift
 * @property {{id: string, url: string} | null} open_call
 * @property {Row[]} waiting
 * @property {number} waiting_total
 * @property {string | null} longest_since_at
 * @property {import("./next-applicant.js").Next | null} next
 * @property {{finished: number, approved: number, rejected: number, average_s: number | null}} today
 * @property {number} wrap_up_s
 * @property {number} reviews documents that wait for a verifier
 */

const minutes = new Intl.NumberFormat(language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** @type {Desk | null} */
let desk = null;
/** The wrap-up that has been ended from here, by its beginning. */
let endedWrapUp = "";

/** @param {Desk} fresh */
function draw(fresh) {
  const joinedEmptyLine = desk?.waiting_total === 0 && fresh.waiting_total > 0;
  desk = fresh;
  forgetOffline();
  drawShift(fresh.shift, fresh.open_call ? "in_call" : fresh.shift.state);
  if (fresh.open_call) part("[data-open-call]").setAttribute("href", fresh.open_call.url);
  drawNext(fresh.next, fresh.waiting_total);
  drawLine(fresh.waiting, fresh.next?.position);
  drawCounts(fresh);
  countOn();
  countEachSecond();
  setText(part("[data-line-news]"), joinedEmptyLine ? word("somebody_joined") : "");
  if (joinedEmptyLine && fresh.shift.state !== "off") tick();
}

/** @param {Desk} fresh */
function drawCounts({ waiting, waiting_total, today, reviews }) {
  setText(part("[data-reviews]"), word("reviews", { n: reviews }));
  const firstOf = part("[data-first-of]");
  firstOf.hidden = waiting_total <= waiting.length;
  setText(firstOf, word("first_of", { shown: waiting.length, total: waiting_total }));
  part("[data-line-empty]").hidden = waiting_total > 0;
  const average = today.average_s === null ? "–" : minutes.format(today.average_s / 60);
  const figures = { ...today, average };
  for (const name of /** @type {const} */ (["finished", "average", "approved", "rejected"])) {
    setText(part(`[data-today="${name}"]`), figures[name]);
  }
}

function countEachSecond() {
  if (!desk) return;
  const { waiting_total: n, longest_since_at: since, shift } = desk;
  const longest = since
    ? word("waiting", { n, spoken: spoken(secondsSince(since)) })
    : word("waiting_none");
  setText(part("[data-waiting]"), longest);
  if (shift.state !== "wrap_up" || desk.open_call) return;
  if (!countDown(shift, desk.wrap_up_s) || endedWrapUp === shift.since_at) return;
  endedWrapUp = shift.since_at;
  choose({ state: "ready" });
}

/**
 * Act, show what was refused, and see how the desk stands now.
 * @param {() => Promise<void>} deed
 */
async function attempt(deed) {
  showProblem("");
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    showProblem(error.message);
  }
  await refresh();
}

/** @param {Record<string, string>} choice */
function choose(choice) {
  return attempt(() => act("/desk/status", choice));
}

const take = bindTake(attempt);
const breakMenu = /** @type {HTMLDetailsElement} */ (part("[data-break-menu]"));
const openBreakMenu = bindMenu(breakMenu);

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (
  document.querySelectorAll("[data-status]")
)) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { csrf_token: _, ...choice } = Object.fromEntries(new FormData(form));
    breakMenu.open = false;
    part("#main").focus();
    choose(/** @type {Record<string, string>} */ (choice));
  });
}

addEventListener(
  "keydown",
  (event) => {
    if (!isLoose(event)) return;
    if (event.key === "Enter") take();
    if (event.key.toLowerCase() === "j" && lettersAct() && !breakMenu.hidden) {
      event.preventDefault();
      openBreakMenu();
    }
  },
  { signal: untilPassage },
);

const letters = part("[data-letters]");
letters.hidden = false;
bindLetterSwitch(/** @type {HTMLInputElement} */ (part("input", letters)));

const refresh = follow("/desk", draw, (age_s) => showFreshness(age_s, false));
refresh();
everySecond(countEachSecond);
