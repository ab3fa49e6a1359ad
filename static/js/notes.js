// Notes for the desk's own people: kept by themselves while they are written.

import { act, Refused } from "./api.js";
import { need } from "./elements.js";
import { word } from "./words.js";

const PAUSE_MS = 800;

/** @param {string} path of the call */
export function wireNotes(path) {
  const field = /** @type {HTMLTextAreaElement} */ (need("[data-notes]"));
  const state = need("[data-notes-state]");
  let kept = field.value;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;

  const keep = async () => {
    clearTimeout(pause);
    const notes = field.value;
    if (notes === kept) return;
    try {
      await act(`${path}/notes`, { notes });
      kept = notes;
      state.textContent = word("notes_kept");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      state.textContent = error.message;
    }
  };

  field.addEventListener("input", () => {
    state.textContent = "";
    clearTimeout(pause);
    pause = setTimeout(keep, PAUSE_MS);
  });
  field.addEventListener("blur", keep);
  return {
    /** Keep what is written now: before a verdict, and before the page goes. */
    keep,
    flush: () => field.value !== kept && sendOnTheWayOut(`${path}/notes`, field.value),
  };
}

/**
 * A page that is going may start a request that outlives it.
 * @param {string} path
 * @param {string} notes
 */
function sendOnTheWayOut(path, notes) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return fetch(path, {
    method: "POST",
    keepalive: true,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": token,
      "Idempotency-Key": crypto.randomUUID(),
    },
    body: JSON.stringify({ notes }),
  });
}
