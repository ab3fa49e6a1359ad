// How good a connection is, as four bars: from figures to a number that does not flicker.

const LOWER_AFTER_S = 5;
const RAISE_AFTER_S = 10;

/** The least of each that still has so many bars; below the last there is one. */
const STEPS = [
  { bars: 4, loss_percent: 2, rtt_ms: 250 },
  { bars: 3, loss_percent: 5, rtt_ms: 400 },
  { bars: 2, loss_percent: 10, rtt_ms: 800 },
];

/**
 * Bars of this moment: what is heard and how late. Sound alone is a weak connection however clean.
 * @param {{loss_percent: number, rtt_ms: number | null}} figures
 * @param {boolean} soundOnly
 * @returns {number} 1 to 4
 */
export function barsOf({ loss_percent, rtt_ms }, soundOnly) {
  if (soundOnly) return 1;
  const fits = STEPS.find(
    (step) => loss_percent < step.loss_percent && (rtt_ms ?? 0) < step.rtt_ms,
  );
  return fits?.bars ?? 1;
}

/** What is shown: lower only after 5 s, higher only after 10 s, and then as far as all of them. */
export class SteadyBars {
  constructor() {
    this.forget();
  }

  /** Begin anew: what comes next is shown at once. */
  forget() {
    /** @type {number | null} */
    this.shown = null;
    /** @type {{since_s: number, nearest: number} | null} */
    this.away = null;
  }

  /**
   * @param {number} now_s seconds of a clock that only goes on
   * @param {number} measured
   * @returns {number} what to show
   */
  feed(now_s, measured) {
    if (this.shown === null) this.shown = measured;
    const { shown, away } = this;
    if (measured === shown) {
      this.away = null;
      return shown;
    }
    const isLower = measured < shown;
    if (away === null || away.nearest < shown !== isLower) {
      this.away = { since_s: now_s, nearest: measured };
      return shown;
    }
    away.nearest = isLower ? Math.max(away.nearest, measured) : Math.min(away.nearest, measured);
    if (now_s - away.since_s < (isLower ? LOWER_AFTER_S : RAISE_AFTER_S)) return shown;
    this.shown = away.nearest;
    this.away = null;
    return this.shown;
  }
}
