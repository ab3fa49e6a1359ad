// What both sides of a call share: the socket, the connection between the browsers, one's own
// camera and microphone, messages. HTTP has the truth; the socket brings the other side's news.

import { Refused, read } from "./api.js";
import { Recording } from "./call-recording.js";
import { statusOf } from "./call-status.js";
import { play, showLeft, showStatus, wireSound } from "./call-view.js";
import { Chat } from "./chat.js";
import { showControls, wireControls } from "./controls.js";
import { useSpeaker } from "./device-choice.js";
import { wireDevices } from "./devices.js";
import { serverTime } from "./durations.js";
import { need } from "./elements.js";
import { takeSeat } from "./head-start.js";
import { wireHealing } from "./media-healing.js";
import { onNetworkChange } from "./network.js";
import { OwnMedia } from "./own-media.js";
import { Quality } from "./quality.js";
import { SendingNews } from "./sending.js";
import { keepAwake } from "./wake-lock.js";

/** @typedef {import("./seat.js").Side} Side */
/** @typedef {{reason: string, url: string}} Ended */
/** @typedef {{text: string, from: Side, at: string}} Said */
/** @typedef {import("./seat.js").PeerNews} PeerNews */
/**
 * @typedef {object} Wiring
 * @property {string} peerName
 * @property {import("./seat.js").Place} place
 * @property {number} grace_s how long the desk keeps the call for a side that is away
 * @property {(ended: Ended) => void} ended
 * @property {boolean} [met] whether the other side has been there before this page was
 * @property {(import("./call-recording.js").News & {kilobits: number}) | null} recording how it stands; null where calls are not recorded
 * @property {(news: import("./call-recording.js").News) => void} [recorded] it stands in another way
 * @property {() => void} [heard] the other side wrote a message
 * @property {(answer: any) => void} [refreshed] the desk was asked how the call stands
 * @property {(facts: import("./call-status.js").Facts) => void} [learned] the connection changed
 */

const ACK_MS = 10_000;
const KNOCK_AGAIN_MS = 2_000;
const SETTLED_MS = 2_000;
const NOT_MINE = [401, 403, 404];

/** One's own side of a call, from the moment the page sits down there. */
export class Call {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
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
      met: wiring.met ?? false,
      late: false,
      link: "new",
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} until the call may be over without us */
    this.lapsing = undefined;
    /** @type {Recording | null} */
    this.recording = null;
    this.seat = takeSeat();
    this.socket = this.seat.socket;
    /** Whether the call was just taken: there is nothing to be read again. */
    this.isNew = this.seat.peer !== undefined;
    this.peer = this.seat.begin(wiring.place);
    this.chat = new Chat(wiring.peerName, (text) => this.say(text));
    this.sending = new SendingNews(this.socket);
    this.quality = new Quality({
      peer: this.peer,
      tell: (report) => this.socket.connected && this.socket.emit("quality", report),
      show: (report) => this.measured(report),
    });
    this.own = new OwnMedia(
      (kind, track) => {
        this.peer.setTrack(kind, track);
        this.recording?.setTrack(kind, track);
      },
      () => this.showOwn(),
    );
    if (wiring.recording) this.recording = new Recording(this, wiring.recording, wiring.recorded);
    this.listen();
    this.wirePage();
    this.learn({});
    this.own.open();
    // Once whoever made this call listens too.
    queueMicrotask(() => this.begin());
  }

  begin() {
    if (this.socket.connected) this.onConnect();
    else if (!this.socket.active) this.askWhy();
    this.seat.handOver({
      met: (news) => this.onPeer(news),
      show: (stream) => play(this.remote, stream),
      changed: (link) => this.learn({ link }),
      // Not every device tells that it has moved to another network.
      unheard: () => this.socket.connected && this.facts.present && this.moveOn(),
    });
  }

  /** Give up the seat; the page goes elsewhere or stays as it is. */
  leave() {
    this.hasLeft = true;
    this.seat.leave();
    this.quality.close();
    this.recording?.close();
    this.own.close();
    showLeft();
  }

  wirePage() {
    wireControls(this.own);
    wireDevices(this.own, this.remote);
    wireHealing(this.own);
    useSpeaker(this.remote);
    wireSound(this.remote);
    keepAwake();
    onNetworkChange(() => this.hasLeft || this.moveOn());
    addEventListener("pagehide", () => this.leave());
    // Back from the browser's own memory of pages: this page has left its seat.
    addEventListener("pageshow", (shown) => shown.persisted && location.reload());
  }

  listen() {
    const { socket, wiring } = this;
    socket.on("connect", () => this.onConnect());
    socket.on("disconnect", (reason) => this.onDisconnect(reason));
    socket.on("connect_error", () => this.askWhy());
    socket.on("restarting", () => this.learn({ restarting: true }));
    socket.on("chat", (/** @type {Said} */ said) => {
      this.chat.add({ ...said, mine: said.from === wiring.place.side });
      if (said.from !== wiring.place.side) wiring.heard?.();
    });
    socket.on("ended", (/** @type {Ended} */ ended) => this.end(ended));
  }

  /** @param {Ended} ended */
  end(ended) {
    if (this.hasLeft) return;
    this.leave();
    this.wiring.ended(ended);
  }

  onConnect() {
    const isFirst = !this.facts.wasOnline;
    clearTimeout(this.lapsing);
    this.learn({ online: true, wasOnline: true, lapsed: false, restarting: false });
    // The page is hardly older than its first connection: people are to see each other before.
    if (isFirst && this.isNew) setTimeout(() => this.hasLeft || this.refresh(), SETTLED_MS);
    else this.refresh();
  }

  /**
   * The socket's connection went with the network, and would notice only when its pings fail. Met
   * again, both sides seek a path: so nobody waits for the next try of a network that was away.
   */
  moveOn() {
    this.socket.io.engine?.close();
    if (navigator.onLine) this.socket.disconnect().connect();
  }

  /** @param {string} reason */
  onDisconnect(reason) {
    this.learn({ online: false, present: null, peerSeenAt: null });
    this.lapsing = setTimeout(() => this.learn({ lapsed: true }), this.wiring.grace_s * 1000);
    if (reason === "io server disconnect") this.askWhy();
  }

  /** @param {PeerNews} news */
  onPeer({ present, page }) {
    const hasJustGone = this.facts.present === true && !present;
    // A moment ago it was here; since when its lease runs, the desk knows exactly.
    const peerSeenAt = hasJustGone ? serverTime().toISOString() : this.facts.peerSeenAt;
    this.learn({ present, peerSeenAt, met: this.facts.met || present });
    if (present && page) {
      if (page !== this.peer.page) this.sending.forgetPeer();
      this.sending.tellAgain();
    }
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
      this.wiring.refreshed?.(answer);
      if (answer.recording) this.recording?.take(answer.recording);
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
    this.wiring.learned?.(this.facts);
    this.recording?.follow(this.facts.link === "connected");
  }

  /** @param {import("./quality.js").Report} report */
  measured(report) {
    this.sending.measured(report);
    this.recording?.setSoundAlone(report.sound_only);
  }

  showOwn() {
    // A video that waits for its first picture would hold up the page's `load`.
    if (this.own.stream.getTracks().length) this.local.srcObject = this.own.stream;
    showControls(this.own);
    this.sending.tell({ audio: this.own.sending("audio"), video: this.own.sending("video") });
  }
}
