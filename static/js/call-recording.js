// The recording of a call, as one side's page sees it: what is said of it, and this side's leg to
// the recorder. The desk's news are the truth: "recorded" is said while frames are being written.

import { Refused } from "./api.js";
import { showRecording, showTrouble } from "./call-recording-view.js";

/** @typedef {"none" | "written" | "silent" | "cut"} Recorded */
/**
 * @typedef {object} News as signaling/PROTOCOL.md has it
 * @property {"unasked" | "refused" | "withdrawn" | "ready" | "paused" | "stopped"} state
 * @property {Recorded} applicant
 * @property {Recorded} verifier
 */
/** @typedef {import("./media.js").Kind} Kind */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
/** The call's first picture goes before; where there is none to come, this long. */
const SETTLED_MS = 1_500;
/** Refusals that only other news can change. */
const FINAL = ["no_consent", "recording_paused", "recording_stopped", "not_your_call"];
const TRIES_BY_UDP = 2;

export class Recording {
  /**
   * @param {import("./call.js").Call} call
   * @param {News & {kilobits: number}} data
   * @param {(news: News) => void} [told]
   */
  constructor(call, data, told = () => {}) {
    this.call = call;
    this.kilobits = data.kilobits;
    this.told = told;
    /** @type {News} */
    this.news = data;
    this.isSettled = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.settling = undefined;
    this.isSoundAlone = false;
    this.isOpening = false;
    this.fruitless = 0;
    this.wait_ms = FIRST_WAIT_MS;
    /** @type {import("./recording-leg.js").RecordingLeg | import("./recording-chunks.js").RecordingChunks | null} */
    this.leg = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
    call.socket.on("recording", (/** @type {News} */ news) => this.take(news));
    this.take(data);
    this.settle();
  }

  get side() {
    return this.call.wiring.place.side;
  }

  /** The call comes first: its first picture is there before anything is sent twice. */
  async settle() {
    const { remote } = this.call;
    await new Promise((resolve) => remote.requestVideoFrameCallback?.(resolve));
    this.settled();
  }

  /** @param {boolean} isConnected whether the two sides have found each other */
  follow(isConnected) {
    if (isConnected) this.settling ??= setTimeout(() => this.settled(), SETTLED_MS);
  }

  settled() {
    this.isSettled = true;
    this.act();
  }

  /** @param {News} news */
  take(news) {
    const wasCut = this.news[this.side] !== "cut" && news[this.side] === "cut";
    this.news = news;
    showRecording(news);
    this.told(news);
    // Its recorder is gone: another one takes the next segment.
    if (wasCut) this.drop();
    if (news.state !== "ready") this.drop();
    this.act();
  }

  act() {
    const { call, isSettled, news } = this;
    const hasAny = Object.values(this.tracks()).some(Boolean);
    const wanted = news.state === "ready" && isSettled && hasAny && !call.hasLeft;
    if (wanted && !this.leg && !this.isOpening && !this.again) this.open();
  }

  async open() {
    this.isOpening = true;
    try {
      const leg = await this.makeLeg();
      this.leg = leg;
      await leg.open();
      if (this.isSoundAlone) leg.setSoundAlone(true);
      showTrouble(null);
      this.wait_ms = FIRST_WAIT_MS;
    } catch (error) {
      this.drop();
      if (error instanceof Refused) this.refused(error);
      else this.failed(error);
    } finally {
      this.isOpening = false;
      // What was dropped meanwhile is wanted again, perhaps.
      this.act();
    }
  }

  get isByChunks() {
    return this.fruitless >= TRIES_BY_UDP;
  }

  /** What is to be sent. A browser's own recording has the picture from its beginning, or not. */
  tracks() {
    const { own } = this.call;
    const hasPicture = !(this.isByChunks && this.isSoundAlone);
    return { audio: own.track("audio"), video: hasPicture ? own.track("video") : null };
  }

  async makeLeg() {
    if (this.isByChunks) {
      const { RecordingChunks } = await import("./recording-chunks.js");
      const { isSoundAlone } = this;
      return new RecordingChunks({ ...this.wires(), isSoundAlone, renew: () => this.renew() });
    }
    const { RecordingLeg } = await import("./recording-leg.js");
    const configuration = this.call.seat.relays?.configuration() ?? {};
    return new RecordingLeg({ ...this.wires(), configuration });
  }

  wires() {
    return {
      path: location.pathname,
      kilobits: this.kilobits,
      tracks: this.tracks(),
      lost: () => this.lost(),
    };
  }

  /** @param {Refused} refusal */
  refused(refusal) {
    // What this browser can offer is of no use to a recorder.
    if (refusal.status === 422) this.fruitless = TRIES_BY_UDP;
    if (FINAL.includes(refusal.code)) return;
    showTrouble(refusal.message);
    this.tryAgain();
  }

  /**
   * This browser makes no such leg: another way may do, but not at once and for ever.
   * @param {unknown} error
   */
  failed(error) {
    this.fruitless += 1;
    this.tryAgain();
    throw error;
  }

  tryAgain() {
    clearTimeout(this.again);
    this.again = setTimeout(() => {
      this.again = undefined;
      this.act();
    }, this.wait_ms);
    this.wait_ms = Math.min(this.wait_ms * 2, LONGEST_WAIT_MS);
  }

  lost() {
    if (this.leg && !this.leg.hasStood) this.fruitless += 1;
    this.drop();
    this.tryAgain();
  }

  /** The next segment begins at once. */
  renew() {
    this.drop();
    this.act();
  }

  drop() {
    this.leg?.close();
    this.leg = null;
  }

  /**
   * One's own devices have changed. What the leg was not made for begins the next one.
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    if (!this.leg) return this.act();
    if (this.leg.has(kind)) return this.leg.setTrack(kind, track);
    if (track) this.renew();
  }

  /** @param {boolean} alone */
  setSoundAlone(alone) {
    if (alone === this.isSoundAlone) return;
    this.isSoundAlone = alone;
    this.leg?.setSoundAlone(alone);
    this.act();
  }

  close() {
    clearTimeout(this.again);
    this.drop();
  }
}
