// A view of a recording: the desk is told that its page is open, and when it is left.

import { act } from "./api.js";

const EVERY_MS = 30_000;

/**
 * @param {string} path of the view
 * @param {() => void} isOver is told once, when the desk says that the view is over
 */
export function keepView(path, isOver) {
  const beat = setInterval(async () => {
    try {
      await act(`${path}/seen`);
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      // Without a line it may be so, or not: the next beat tells.
      if (!status || status >= 500) return;
      clearInterval(beat);
      isOver();
    }
  }, EVERY_MS);
  addEventListener("pagehide", () => {
    clearInterval(beat);
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
    navigator.sendBeacon(`${path}/left`, new URLSearchParams({ csrf_token: token }));
  });
  // A page that comes back from the browser's memory has been left.
  addEventListener("pageshow", (event) => event.persisted && isOver());
}
