// What both sides of a call share: the socket, the connection between the browsers, one's own
// camera and microphone, messages. HTTP has the truth; the socket brings the other side's news.

import { Refused, read } from "./api.js";
import { statusOf } from "./call-status.js";
import { play, showStatus, wireSound } from "./call-view.js";
import { Chat } from "./chat.js";
import { showControls, wireControls } from "./controls.js";
import { wireDevices } from "./devices.js";
import { need } from "./elements.js";
import { OwnMedia } from "./own-media.js";
import { Peer } from "./peer.js";
import { openSocket } from "./socket.js";
import { keepAwake } from "./wake-lock.js";

/** @typedef {"applicant" | "verifier"} Side */
/** @typedef {{reason: string, url: string}} Ended */
/** @typedef {{text: string, from: Side, at: string}} Said */
/**
 * @typedef {object} Seat
 * @property {string} id the call's
 * @property {Side} side
 * @property {string} peerName
 * @property {RTCIceServer[]} iceServers
 * @property {(ended: Ended) => void} ended
 * @property {() => void} [heard] the other side wrote a message
 */

const ACK_MS = 10_000;
const NOT_MINE = [401, 403, 404];

/** One's own side of a call, from the moment the page sits down there. */
export class Call {
  /** @param {Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.remote = /** @type {HTMLVideoElement} */ (need("video[data-remote]"));
    this.local = /** @type {HTMLVideoElement} */ (need("video[data-local]"));
    /** @type {import("./call-status.js").Facts} */
    this.facts = { online: false, wasOnline: false, present: false, met: false, link: "new" };
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
    socket.on("connect_error", () => this.refresh());
    socket.on("peer", (/** @type {{present: boolean, page: string | null}} */ news) => {
      this.learn({ present: news.present, met: this.facts.met || news.present });
      if (news.present && news.page) peer.meet(news.page);
    });
    socket.on("signal", (/** @type {import("./peer.js").Signal} */ signal) => peer.hear(signal));
    socket.on("chat", (/** @type {Said} */ said) => {
      this.chat.add({ ...said, mine: said.from === seat.side });
      if (said.from !== seat.side) seat.heard?.();
    });
    socket.on("ended", (/** @type {Ended} */ ended) => {
      this.leave();
      seat.ended(ended);
    });
  }

  onConnect() {
    this.learn({ online: true, wasOnline: true });
    this.refresh();
  }

  /** @param {string} reason */
  async onDisconnect(reason) {
    this.learn({ online: false, present: false });
    if (reason !== "io server disconnect") return;
    // The desk itself showed us out without a word: it says why when the page asks.
    await this.refresh();
    this.socket.connect();
  }

  /** What was said meanwhile. A call that is over, or no longer ours, leads on. */
  async refresh() {
    try {
      const answer = await read(location.pathname);
      if (answer.state === "open") this.chat.catchUp(answer.chat);
      else location.replace(answer.url);
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
    showStatus(statusOf(Object.assign(this.facts, news)));
  }

  showOwn() {
    // A video that waits for its first picture would hold up the page's `load`.
    if (this.own.stream.getTracks().length) this.local.srcObject = this.own.stream;
    showControls(this.own);
  }
}
