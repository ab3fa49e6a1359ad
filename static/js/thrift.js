// Sound alone on a network too weak for a picture, and when the picture is tried again.
//
// The browser estimates what may be sent. While pictures are sent, the estimate falls with the
// network, and below 150 kbit/s for 5 s they stop. It rises only little above what is really sent,
// though: with sound alone it would hardly ever say that a picture fits again. So, where it does not
// happen to be above 300 kbit/s for 15 s by itself, a small picture is tried as soon as loss and
// delay were healthy for 15 s. The browser keeps even that within its estimate, so sound goes first.
// If the estimate is above 300 kbit/s for 15 s on end, the full picture is back; if it falls below
// 150 for 5 s, or half a minute passes, sound is alone again, and each failure doubles the wait
// before the next try, up to two minutes.
//
// Firefox tells no estimate. There heavy loss, as the other side reports it, stands for one that is
// too low, and light loss for one that is high enough.

const TOO_LOW_KBPS = 150;
const ENOUGH_KBPS = 300;
const GIVE_UP_AFTER_S = 5;
const ENOUGH_FOR_S = 15;
const LONGEST_TRY_S = 30;
const LONGEST_WAIT_S = 120;
const HEALTHY = { loss_percent: 3, rtt_ms: 500 };
const HEAVY_LOSS_PERCENT = 15;

/** @typedef {"picture" | "sound" | "try"} Mode `try`: a small picture, to see whether it fits */
/**
 * @typedef {object} Upstream what is known of the way out
 * @property {number | null} available_kbps the browser's estimate of what may be sent
 * @property {number} loss_percent of what was sent
 * @property {number | null} rtt_ms
 */

export class Thrift {
  constructor() {
    /** @type {Mode} */
    this.mode = "picture";
    this.wait_s = ENOUGH_FOR_S;
    this.since_s = 0;
    /** @type {Record<"low" | "enough" | "healthy", number | null>} since when it holds, on end */
    this.held = { low: null, enough: null, healthy: null };
  }

  /** Whether people are to be told that only sound is sent: a try is no promise yet. */
  get soundOnly() {
    return this.mode !== "picture";
  }

  /** Another path: what held on the one before says nothing of it. */
  forget() {
    this.held = { low: null, enough: null, healthy: null };
  }

  /**
   * @param {number} now_s seconds of a clock that only goes on
   * @param {Upstream} upstream
   * @returns {Mode}
   */
  feed(now_s, upstream) {
    this.hold(now_s, upstream);
    if (this.mode === "picture") {
      if (this.lasts("low", now_s, GIVE_UP_AFTER_S)) this.enter("sound", now_s);
    } else if (this.lasts("enough", now_s, ENOUGH_FOR_S)) {
      this.wait_s = ENOUGH_FOR_S;
      this.enter("picture", now_s);
    } else if (this.mode === "sound") {
      if (this.lasts("healthy", now_s, this.wait_s)) this.enter("try", now_s);
    } else if (this.lasts("low", now_s, GIVE_UP_AFTER_S) || now_s - this.since_s >= LONGEST_TRY_S) {
      this.wait_s = Math.min(2 * this.wait_s, LONGEST_WAIT_S);
      this.enter("sound", now_s);
    }
    return this.mode;
  }

  /**
   * @param {number} now_s
   * @param {Upstream} upstream
   */
  hold(now_s, { available_kbps, loss_percent, rtt_ms }) {
    const healthy = loss_percent < HEALTHY.loss_percent && (rtt_ms ?? 0) < HEALTHY.rtt_ms;
    const unknown = available_kbps === null;
    const holds = {
      low: unknown ? loss_percent >= HEAVY_LOSS_PERCENT : available_kbps < TOO_LOW_KBPS,
      // Without an estimate, that sound alone passes is no sign that a picture would.
      enough: unknown ? this.mode === "try" && healthy : available_kbps > ENOUGH_KBPS,
      healthy,
    };
    for (const name of /** @type {const} */ (["low", "enough", "healthy"])) {
      this.held[name] = holds[name] ? (this.held[name] ?? now_s) : null;
    }
  }

  /**
   * @param {"low" | "enough" | "healthy"} name
   * @param {number} now_s
   * @param {number} seconds
   */
  lasts(name, now_s, seconds) {
    const since_s = this.held[name];
    return since_s !== null && now_s - since_s >= seconds;
  }

  /**
   * @param {Mode} mode
   * @param {number} now_s
   */
  enter(mode, now_s) {
    this.mode = mode;
    this.since_s = now_s;
    this.forget();
  }
}
