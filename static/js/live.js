// A page's picture of the desk, kept fresh: the socket tells when, HTTP answers what.

import { Refused, read } from "./api.js";
import { showRestart } from "./freshness.js";
import { closeAfterPassage, untilPassage } from "./passage.js";
import { everySecond } from "./seconds.js";
import { openSocket } from "./socket.js";

/** Silence after which the page asks by itself: told things may be lost. */
const ASK_AFTER_S = 5;

/**
 * @param {string} path what the page asks
 * @param {(state: any) => void} draw called with each answer
 * @param {(age_s: number) => void} aged called each second with the age of the last answer
 * @returns {() => Promise<void>} ask now
 */
export function follow(path, draw, aged) {
  let answeredAt = Date.now();
  let askedAt = Date.now();
  let isAsking = false;
  let isAskedAgain = false;

  async function askOnce() {
    askedAt = Date.now();
    try {
      const answer = await read(path);
      if (untilPassage.aborted) return;
      draw(answer);
      answeredAt = Date.now();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Signed out: the page leads to the sign-in. Any other refusal shows as the answer's age.
      if (error.status === 401) location.reload();
    }
  }

  async function refresh() {
    isAskedAgain = true;
    if (isAsking || untilPassage.aborted) return;
    isAsking = true;
    try {
      while (isAskedAgain) {
        isAskedAgain = false;
        await askOnce();
      }
    } finally {
      isAsking = false;
    }
  }

  const socket = openSocket("/load");
  socket.on("restarting", () => showRestart(true));
  socket.on("connect", () => {
    showRestart(false);
    refresh();
  });
  socket.on("load", refresh);
  closeAfterPassage(socket);
  addEventListener("pageshow", (event) => event.persisted && refresh(), { signal: untilPassage });
  everySecond(() => {
    if (Date.now() - askedAt >= ASK_AFTER_S * 1000 && !isAsking) refresh();
    aged((Date.now() - answeredAt) / 1000);
  });
  return refresh;
}
