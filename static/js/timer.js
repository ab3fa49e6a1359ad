// The length of a call, ticking.

import { duration, secondsSince } from "./durations.js";

/**
 * @param {HTMLElement} element
 * @param {string} startedAt ISO 8601
 * @param {(seconds: number) => void} [onTick]
 */
export function startTimer(element, startedAt, onTick) {
  const tick = () => {
    const seconds = secondsSince(startedAt);
    element.textContent = duration(seconds);
    onTick?.(seconds);
  };
  tick();
  setInterval(tick, 1000);
}
