// The applicant is gone, or has not come: what follows by itself, and what the verifier may do.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { Countdown } from "./countdown.js";
import { duration, secondsSince } from "./durations.js";
import { need } from "./elements.js";
import { setText } from "./parts.js";
import { SaidOnce } from "./said-once.js";
import { word } from "./words.js";

/** @typedef {import("./call-status.js").Facts} Facts */
/**
 * @typedef {object} Wiring
 * @property {string} path of the call
 * @property {string} startedAt ISO 8601
 * @property {number} grace_s how long the desk keeps the call for an applicant who was there
 * @property {number} arrival_s how long an applicant has to come
 * @property {import("./end-call.js").Ending} ending
 * @property {() => void} late called when the time to come is over
 */

export class ApplicantAway {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.notice = need("[data-away]");
    this.said = new SaidOnce();
    this.isLate = false;
    this.wasThere = false;
    /** @type {string | null} the applicant's lease that is counted from */
    this.since = null;
    this.countdown = new Countdown((left_s) => this.tell(left_s));
    this.wire();
  }

  /** @param {Facts} facts */
  follow({ present, met, peerSeenAt }) {
    if (present !== false || peerSeenAt === null) return this.stop();
    if (peerSeenAt === this.since) return;
    this.since = peerSeenAt;
    this.wasThere = met;
    this.countdown.start(this.leftSince(peerSeenAt));
  }

  /** @param {string} seenAt */
  leftSince(seenAt) {
    const { grace_s, arrival_s, startedAt } = this.wiring;
    const kept_s = grace_s - secondsSince(seenAt);
    if (this.wasThere) return kept_s;
    // Of one who never came the lease says only that the verifier has waited on.
    const hasWaited = Date.parse(seenAt) > Date.parse(startedAt);
    return Math.max(arrival_s - secondsSince(startedAt), hasWaited ? kept_s : 0);
  }

  stop() {
    this.countdown.stop();
    this.since = null;
    this.isLate = false;
    this.said.forget();
    // What had the focus goes: it must not be lost at the top of the page.
    if (this.notice.contains(document.activeElement)) need("#main").focus();
    this.notice.hidden = true;
  }

  /** @param {number} left_s */
  tell(left_s) {
    if (!this.wasThere && !this.isLate) {
      if (secondsSince(this.wiring.startedAt) < this.wiring.arrival_s) return;
      this.isLate = true;
      this.wiring.late();
    }
    this.notice.hidden = false;
    const name = this.sentence(left_s);
    setText(need("[data-away-then]", this.notice), word(name, { left: duration(left_s) }));
    this.said.say(name, left_s);
  }

  /** @param {number} left_s */
  sentence(left_s) {
    if (this.wasThere) return left_s ? "away_back" : "away_soon";
    return left_s ? "away_waiting" : "away_choose";
  }

  async waitOn() {
    const { grace_s } = await act(`${this.wiring.path}/wait`);
    this.said.forget();
    this.countdown.start(grace_s);
  }

  wire() {
    const { ending } = this.wiring;
    const problem = need("[data-problem]", this.notice);
    const wait = need("[data-away-wait]", this.notice);
    wait.addEventListener("click", () => actOnce(wait, problem, () => this.waitOn()));
    const back = need("[data-away-return]", this.notice);
    back.addEventListener("click", () => actOnce(back, problem, () => ending.end("returned")));
    need("[data-away-absent]", this.notice).addEventListener("click", () => ending.ask("absent"));
  }
}
