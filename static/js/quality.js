// How good the connection of a call is here: measured each second, shown as bars, told to the desk
// and to the other side. On a network too weak for a picture, sound goes alone.

import { barsOf, SteadyBars } from "./bars.js";
import { measure } from "./call-stats.js";
import { limitPicture } from "./picture-limit.js";
import { Thrift } from "./thrift.js";

/** @typedef {import("./call-stats.js").Figures} Figures */
/**
 * @typedef {object} Report as signaling/PROTOCOL.md has it
 * @property {number} bars 0 (no path) to 4
 * @property {number} loss_percent
 * @property {number} [rtt_ms]
 * @property {number} rate_kbps what is received
 * @property {import("./call-stats.js").Path} [path]
 * @property {boolean} sound_only
 */
/**
 * @typedef {object} Wiring
 * @property {import("./peer.js").Peer} peer
 * @property {(report: Report) => void} tell to the desk and the other side; it may be lost
 * @property {(report: Report) => void} show each second, once something is known
 */

const MEASURE_MS = 1_000;
const TELL_EACH_S = 5;
/** @type {Report} */
const LOST = { bars: 0, loss_percent: 100, rate_kbps: 0, sound_only: false };

export class Quality {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.bars = new SteadyBars();
    this.thrift = new Thrift();
    /** @type {RTCPeerConnection | null} the one that the readings are of */
    this.pc = null;
    /** @type {import("./call-stats.js").Reading | null} */
    this.reading = null;
    /** @type {import("./call-stats.js").Path | null} */
    this.path = null;
    this.told_s = 0;
    this.toldSoundOnly = false;
    this.looking = setInterval(() => this.look(), MEASURE_MS);
  }

  close() {
    clearInterval(this.looking);
  }

  async look() {
    const { peer } = this.wiring;
    if (peer.link !== "connected" || !peer.pc) return this.lost();
    const { pc } = peer;
    if (pc !== this.pc) this.begin(pc);
    const { figures, reading } = measure(await pc.getStats(), this.reading);
    if (pc !== peer.pc) return;
    // The first reading of a connection has nothing to be compared with.
    if (this.reading) this.learn(figures);
    this.reading = reading;
  }

  /** @param {RTCPeerConnection} pc */
  begin(pc) {
    this.pc = pc;
    this.reading = null;
    this.bars.forget();
    this.thrift.forget();
    this.limit();
  }

  limit() {
    const { mode } = this.thrift;
    this.wiring.peer.inTurn((pc) => limitPicture(pc, mode));
  }

  /** Nothing comes through; a connection that comes back is measured anew. */
  lost() {
    if (!this.pc) return;
    this.reading = null;
    this.bars.forget();
    this.thrift.forget();
    this.publish({ ...LOST, sound_only: this.thrift.soundOnly });
  }

  /** @param {Figures} figures */
  learn(figures) {
    const now_s = performance.now() / 1000;
    if (figures.path !== this.path) this.thrift.forget();
    this.path = figures.path;
    this.spare(now_s, figures);
    this.publish({
      bars: this.bars.feed(now_s, barsOf(figures, this.thrift.soundOnly)),
      loss_percent: Math.round(figures.loss_percent * 10) / 10,
      ...(figures.rtt_ms === null ? {} : { rtt_ms: Math.round(figures.rtt_ms) }),
      rate_kbps: Math.round(figures.in_kbps),
      ...(figures.path === null ? {} : { path: figures.path }),
      sound_only: this.thrift.soundOnly,
    });
  }

  /**
   * @param {number} now_s
   * @param {Figures} figures
   */
  spare(now_s, { available_kbps, loss_out_percent, rtt_ms }) {
    const { peer } = this.wiring;
    // Of a picture that nobody sends there is nothing to be spared, and nothing to be learnt.
    if (!peer.tracks.video?.enabled) return this.thrift.forget();
    const before = this.thrift.mode;
    this.thrift.feed(now_s, { available_kbps, loss_percent: loss_out_percent, rtt_ms });
    if (this.thrift.mode !== before) this.limit();
  }

  /** @param {Report} report */
  publish(report) {
    const now_s = performance.now() / 1000;
    this.wiring.show(report);
    const isNews = report.sound_only !== this.toldSoundOnly;
    if (!isNews && now_s - this.told_s < TELL_EACH_S) return;
    this.told_s = now_s;
    this.toldSoundOnly = report.sound_only;
    this.wiring.tell(report);
  }
}
