// The next applicant on the verifier's desk, and the button that takes them.

import { act, Refused } from "./api.js";
import { agencyApart } from "./line-table.js";
import { fillCells, part, setText, showCopy } from "./parts.js";
import { passOn } from "./passage.js";
import { word } from "./words.js";

/** @typedef {import("./line-table.js").Row & {documents: number}} Next */

/** As in call-verifier.css. */
const WIDE_ENOUGH = "(min-width: 80rem)";

const form = part("[data-take]");
const button = part("button", form);

/** One try to take, repeated with the same key until the desk has answered. */
let key = crypto.randomUUID();

/**
 * @param {Next | null} next
 * @param {number} waiting how many wait, those who are away among them
 */
export function drawNext(next, waiting) {
  const who = part("[data-next]");
  who.hidden = !next;
  if (next) {
    const { name, role_name, unit } = next;
    const documents = word("documents", { n: next.documents });
    const place = word("next_place", { n: next.position });
    fillCells(who, { place, name, role_name, unit, agency: agencyApart(next), documents });
    showCopy(part('[data-cell="mark"]', who), `mark-${next.mark}`);
  }
  button.classList.toggle("is-locked", !next);
  button.ariaDisabled = next ? "false" : "true";
  const hint = next ? "open" : waiting ? "away" : "nobody";
  for (const element of document.querySelectorAll("[data-hint]")) {
    const cases = element.getAttribute("data-hint")?.split(" ");
    element.toggleAttribute("hidden", !cases?.includes(hint));
  }
}

/** @param {string} sentence "" where all is well */
export function showProblem(sentence) {
  const place = part("[data-problem]");
  place.hidden = !sentence;
  setText(place, sentence);
}

/** The desk answers again: that it did not is old news. */
export function forgetOffline() {
  if (part("[data-problem]").textContent === word("offline")) showProblem("");
}

async function takeOnce() {
  try {
    const call = await act("/desk/take", {}, key);
    key = crypto.randomUUID();
    if (call) await passOn(call.url, "push");
    else showProblem(word("nobody_waits"));
  } catch (error) {
    // What the desk could not do it may have done all the same: the same key asks for its answer.
    const isRefused = error instanceof Refused && error.status > 0 && error.status < 500;
    if (isRefused) key = crypto.randomUUID();
    throw error;
  }
}

/**
 * @param {(deed: () => Promise<void>) => Promise<void>} attempt shows what was refused
 * @returns {() => Promise<void>} takes, unless the button is away, locked or busy
 */
export function bindTake(attempt) {
  async function take() {
    if (form.hidden || button.ariaDisabled === "true" || button.ariaBusy === "true") return;
    // There the call's page shows nothing to work with, and somebody would be waiting in it.
    if (!matchMedia(WIDE_ENOUGH).matches) return showProblem(word("too_narrow"));
    button.ariaBusy = "true";
    await attempt(takeOnce);
    button.ariaBusy = "false";
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take();
  });
  return take;
}
