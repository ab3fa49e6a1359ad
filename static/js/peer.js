// The other side of a call: the connection to its page, and how a lost path is found again.
//
// Between two browsers of a kind a new path is found by an ICE restart. Between Firefox 153 and
// Chromium that would lose more than every second call where the old path still works: Chromium
// checks its new addresses against Firefox's old ones, which answer, and stays with a pair that
// Firefox takes no media from. So there a second connection is made, and the first goes on until
// it stands.

import { Connection } from "./connection.js";
import { isFirefox, sessionOf } from "./sdp.js";

/** @typedef {import("./connection.js").Link} Link */
/** @typedef {import("./connection.js").Step} Step */
/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {Step & {page: string}} Signal */

/**
 * @typedef {object} Wiring
 * @property {boolean} polite the polite side gives way when both offer at once
 * @property {import("./relays.js").Relays} relays
 * @property {(step: Step) => void} send to the other side; it may be lost
 * @property {(stream: MediaStream) => void} show the other side's picture and sound, now that something comes
 * @property {(link: Link) => void} changed
 * @property {() => void} unheard the path is lost, and the other side has had no word for it
 */

/** @type {(Link | undefined)[]} */
const LOST = ["disconnected", "failed", "stalled"];
/** A path that is sought and not found: sought again. Shorter, and the search itself is cut off. */
const SEEK_AGAIN_MS = 4_000;
/** A path that is lost makes one side offer and the other answer. Slow networks take as long. */
const WORD_WITHIN_MS = 3_000;
const MOST_EARLY = 64;

export class Peer {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    /** @type {Connection | null} */
    this.current = null;
    /** @type {Connection | null} what goes on while another is made */
    this.former = null;
    /** @type {string | null} */
    this.page = null;
    /** @type {RTCSessionDescriptionInit | null} the last one of the other side */
    this.theirs = null;
    /** @type {import("./connection.js").Tracks} */
    this.tracks = { audio: null, video: null };
    /** @type {Signal[]} */
    this.early = [];
    /** @type {Link | undefined} */
    this.link = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.seeking = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.expecting = undefined;
    wiring.relays.onRenewed = () => this.changeRelays();
  }

  /** The connection that people see, as the browser has it; null while nobody is there. */
  get pc() {
    return (this.former ?? this.current)?.pc ?? null;
  }

  /** @param {(pc: RTCPeerConnection) => Promise<void>} step of whoever uses the connection too */
  inTurn(step) {
    this.current?.inTurn(step);
  }

  /**
   * The other side is there. Another page of it is another connection; the same page, met again
   * after a socket was away, needs its path found anew.
   * @param {string} page
   */
  meet(page) {
    if (page === this.page) return this.seekPath();
    this.close();
    this.page = page;
    this.current = this.connect();
    this.turn(this.current, "new");
    const early = this.early.filter((signal) => signal.page === page);
    this.early = [];
    for (const signal of early) this.hear(signal);
  }

  /**
   * Take a step from the other side. Steps of a page not met yet wait for it; others are stale.
   * @param {Signal} signal
   */
  hear(signal) {
    if (signal.page !== this.page) {
      this.early = [...this.early, signal].slice(-MOST_EARLY);
      return;
    }
    if (signal.description) this.hearDescription(signal.description);
    this.current?.hear(signal);
  }

  /** @param {RTCSessionDescriptionInit} description */
  hearDescription(description) {
    clearTimeout(this.expecting);
    const isSame = sessionOf(description) === sessionOf(this.theirs);
    if (description.type === "offer" && this.theirs && !isSame) this.connectAnew();
    this.theirs = description;
  }

  /**
   * Send this track from now on; null sends nothing.
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.tracks[kind] = track;
    this.current?.fill();
  }

  close() {
    clearTimeout(this.seeking);
    clearTimeout(this.expecting);
    this.current?.close();
    this.former?.close();
    this.current = this.former = null;
    this.link = undefined;
    this.page = null;
    this.theirs = null;
  }

  /** Beside the connection that there is; a second one that never stood gives way, though. */
  connectAnew() {
    if (this.former) this.current?.close();
    else this.former = this.current;
    this.current = this.connect();
  }

  connect() {
    const { polite, relays, send, show } = this.wiring;
    return new Connection({
      polite,
      configuration: relays.configuration(),
      tracks: this.tracks,
      send: (connection, step) => connection === this.current && send(step),
      show: (connection, stream) => connection === this.current && show(stream),
      turned: (connection, link) => this.turn(connection, link),
    });
  }

  /**
   * @param {Connection} connection
   * @param {Link} link how it stands now
   */
  turn(connection, link) {
    if (connection === this.current && link === "connected") {
      clearTimeout(this.seeking);
      clearTimeout(this.expecting);
      this.former?.close();
      this.former = null;
    }
    // People see the former one for as long as it goes on.
    if (connection !== (this.former ?? this.current) || link === this.link) return;
    this.link = link;
    this.wiring.changed(link);
    if (!LOST.includes(link)) return;
    this.seekPath();
    this.expectWord();
  }

  /** Nothing heard of the other side's search: what carries the words may have gone with the path. */
  expectWord() {
    clearTimeout(this.expecting);
    this.expecting = setTimeout(() => this.wiring.unheard(), WORD_WITHIN_MS);
  }

  /** Both sides hear of each meeting and see each loss; one of them starts anew, until it is found. */
  seekPath() {
    if (this.wiring.polite) return;
    clearTimeout(this.seeking);
    this.seeking = setTimeout(() => LOST.includes(this.link) && this.seekPath(), SEEK_AGAIN_MS);
    this.inTurn(async (pc) => {
      const isUnanswered = pc.signalingState === "have-local-offer";
      const areAlike = isFirefox(pc.localDescription) === isFirefox(this.theirs);
      if (isUnanswered || areAlike) this.current?.restart();
      else this.connectAnew();
    });
  }

  /** Fresh credentials: a path through a relay ends with those that it was found with. */
  changeRelays() {
    this.current?.pc.setConfiguration(this.wiring.relays.configuration());
    this.seekPath();
  }
}
