// What both sides of a call share: the socket, the connection between the browsers, one's own
// camera and microphone, messages. HTTP has the truth; the socket brings the other side's news.

import { Refused, read } from "./api.js";
import { statusOf } from "./call-status.js";
import { play, showStatus, wireSound } from "./call-view.js";
import { Chat } from "./chat.js";
import { showControls, wireControls } from "./controls.js";
import { wireDevices } from "./devices.js";
import { serverTime } from "./durations.js";
import { need } from "./elements.js";
import { OwnMedia } from "./own-media.js";
import { Peer } from "./peer.js";
import { openSocket } from "./socket.js";
import { keepAwake } from "./wake-lock.js";

/** @typedef {"applicant" | "verifier"} Side */
/** @typedef {{reason: string, url: string}} Ended */
/** @typedef {{text: string, from: Side, at: string}} Said */
/** @typedef {{present: boolean, page: string | null}} PeerNews */
/**
 * @typedef {object} Seat
 * @property {string} id the call's
 * @property {Side} side
 * @property {string} peerName
 * @property {RTCIceServer[]} iceServers
 * @property {number} grace_s how long the desk keeps the call for a side that is away
 * @property {(ended: Ended) => void} ended
 * @property {boolean} [met] whether the other side has been there before this page was
 * @property {() => void} [heard] the other side wrote a message
 * @property {(facts: import("./call-status.js").Facts) => void} [learned] the connection changed
 */

const ACK_MS = 10_000;
const KNOCK_AGAIN_MS = 2_000;
const NOT_MINE = [401, 403, 404];

/** One's own side of a call, from the moment the page sits down there. */
export class Call {
  /** @param {Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.hasLeft = false;
    this.remote = /** @type {HTMLVideoElement} */ (need("video[data-remote]"));
    this.local = /** @type {HTMLVideoElement} */ (need("video[data-local]"));
    /** @type {import("./call-status.js").Facts} */
    this.facts = {
      online: false,
      wasOnline: false,
      lapsed: false,
      restarting: false,
      present: null,
      peerSeenAt: null,
      met: seat.met ?? false,
      late: false,
      link: "new",
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} until the call may be over without us */
    this.lapsing = undefined;
    this.socket = openSocket("/call", { call: seat.id, page: crypto.randomUUID() });
    this.chat = new Chat(seat.peerName, (text) => this.say(text));
    this.peer = this.wirePeer();
    this.own = new OwnMedia(
      (kind, track) => this.peer.setTrack(kind, track),
      () => this.showOwn(),
    );
    this.listen();
    this.wirePage();
    this.learn({});
    this.own.open();
  }

  /** Give up the seat; the page goes elsewhere or stays as it is. */
  leave() {
    this.hasLeft = true;
    this.socket.disconnect();
    this.peer.close();
    this.own.close();
  }

  wirePeer() {
    return new Peer({
      polite: this.seat.side === "applicant",
      iceServers: this.seat.iceServers,
      // A step that cannot go out now is worthless later: the next meeting starts anew.
      send: (step) => this.socket.connected && this.socket.emit("signal", step),
      show: (stream) => play(this.remote, stream),
      changed: (link) => this.learn({ link }),
    });
  }

  wirePage() {
    wireControls(this.own);
    wireDevices(this.own, this.remote);
    wireSound(this.remote);
    keepAwake();
    addEventListener("pagehide", () => this.leave());
    // Back from the browser's own memory of pages: this page has left its seat.
    addEventListener("pageshow", (shown) => shown.persisted && location.reload());
  }

  listen() {
    const { socket, peer, seat } = this;
    socket.on("connect", () => this.onConnect());
    socket.on("disconnect", (reason) => this.onDisconnect(reason));
    socket.on("connect_error", () => this.askWhy());
    socket.on("peer", (/** @type {PeerNews} */ news) => this.onPeer(news));
    socket.on("restarting", () => this.learn({ restarting: true }));
    socket.on("signal", (/** @type {import("./peer.js").Signal} */ signal) => peer.hear(signal));
    socket.on("chat", (/** @type {Said} */ said) => {
      this.chat.add({ ...said, mine: said.from === seat.side });
      if (said.from !== seat.side) seat.heard?.();
    });
    socket.on("ended", (/** @type {Ended} */ ended) => this.end(ended));
  }

  /** @param {Ended} ended */
  end(ended) {
    if (this.hasLeft) return;
    this.leave();
    this.seat.ended(ended);
  }

  onConnect() {
    clearTimeout(this.lapsing);
    this.learn({ online: true, wasOnline: true, lapsed: false, restarting: false });
    this.refresh();
  }

  /** @param {string} reason */
  onDisconnect(reason) {
    this.learn({ online: false, present: null, peerSeenAt: null });
    this.lapsing = setTimeout(() => this.learn({ lapsed: true }), this.seat.grace_s * 1000);
    if (reason === "io server disconnect") this.askWhy();
  }

  /** @param {PeerNews} news */
  onPeer({ present, page }) {
    const hasJustGone = this.facts.present === true && !present;
    // A moment ago it was here; since when its lease runs, the desk knows exactly.
    const peerSeenAt = hasJustGone ? serverTime().toISOString() : this.facts.peerSeenAt;
    this.learn({ present, peerSeenAt, met: this.facts.met || present });
    if (present && page) this.peer.meet(page);
    if (hasJustGone) this.refresh();
  }

  /**
   * The desk may have turned this page away: then it says why when asked, and where it does not, a
   * socket that was turned away never comes back by itself.
   */
  async askWhy() {
    await this.refresh();
    if (this.hasLeft || this.socket.active) return;
    setTimeout(() => this.hasLeft || this.socket.connect(), KNOCK_AGAIN_MS);
  }

  /** What was said meanwhile. A call that is over, or no longer ours, leads on. */
  async refresh() {
    try {
      const answer = await read(location.pathname);
      if (answer.state !== "open") return this.end({ reason: answer.outcome, url: answer.url });
      this.chat.catchUp(answer.chat);
      if (this.facts.online) this.learn({ peerSeenAt: answer.peer_seen_at });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (NOT_MINE.includes(error.status)) location.reload();
    }
  }

  /**
   * @param {string} text
   * @returns {Promise<boolean>} whether the desk has it
   */
  async say(text) {
    if (!this.socket.connected) return false;
    const answer = await this.socket
      .timeout(ACK_MS)
      .emitWithAck("chat", { text })
      .catch(() => null);
    return answer?.ok === true;
  }

  /** @param {Partial<import("./call-status.js").Facts>} news */
  learn(news) {
    // What follows from one's own leaving is no news of the connection.
    if (this.hasLeft) return;
    showStatus(statusOf(Object.assign(this.facts, news)));
    this.seat.learned?.(this.facts);
  }

  showOwn() {
    // A video that waits for its first picture would hold up the page's `load`.
    if (this.own.stream.getTracks().length) this.local.srcObject = this.own.stream;
    showControls(this.own);
  }
}
