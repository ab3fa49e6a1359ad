// Keeps the screen on while somebody waits. The browser drops the lock whenever the page is hidden.

/** @type {WakeLockSentinel | null} */
let lock = null;

/** Keep the screen awake for as long as this page is shown, where the browser can. */
export function keepAwake() {
  document.addEventListener("visibilitychange", ask);
  return ask();
}

async function ask() {
  if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
  if (lock && !lock.released) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch (error) {
    // Refused on a low battery: waiting works without it.
    if (!(error instanceof DOMException)) throw error;
  }
}
