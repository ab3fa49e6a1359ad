// A page's seat at a call: its socket, and the connection that the two browsers make over it. It is
// taken before the page is there to show anything: what comes until then is kept.

import { read } from "./api.js";
import { Peer } from "./peer.js";
import { Relays } from "./relays.js";
import { openSocket } from "./socket.js";

/** @typedef {"applicant" | "verifier"} Side */
/** @typedef {import("./relays.js").Ice & {side: Side}} Place what a call's page knows of the way */
/** @typedef {{present: boolean, page: string | null}} PeerNews */
/**
 * @typedef {object} Sitter whoever shows the call
 * @property {(news: PeerNews) => void} met the other side came or went
 * @property {(stream: MediaStream) => void} show
 * @property {(link: import("./connection.js").Link) => void} changed
 * @property {() => void} unheard
 */

/** What nobody needs twice: the connection itself has heard it. */
const OF_THE_WAY = ["peer", "signal"];

export class Seat {
  /** @param {string} url of the call's page */
  constructor(url) {
    this.url = url;
    const call = url.slice(url.lastIndexOf("/") + 1);
    this.socket = openSocket("/call", { call, page: crypto.randomUUID() });
    /** @type {[name: string, ...news: any[]][]} */
    this.kept = [];
    this.keep = (/** @type {[string, ...any[]]} */ ...event) => this.kept.push(event);
    this.socket.onAny(this.keep);
    /** @type {Sitter | null} */
    this.sitter = null;
    /** @type {PeerNews | null} */
    this.news = null;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.show = (/** @type {MediaStream} */ _stream) => {};
  }

  /** @returns {Promise<Place>} where the call is over, what it has led to instead */
  askWay() {
    return read(`${this.url}/way`);
  }

  /**
   * Make the connection, as soon as the way is known; begun already, it is the same one.
   * @param {Place} place
   */
  begin(place) {
    if (this.peer) return this.peer;
    this.relays = new Relays(place, () => this.askWay());
    this.peer = this.makePeer(place.side, this.relays);
    for (const [name, news] of this.kept) {
      if (name === "peer") this.onPeer(news);
      if (name === "signal") this.peer.hear(news);
    }
    this.socket.on("peer", (/** @type {PeerNews} */ news) => this.onPeer(news));
    this.socket.on("signal", (/** @type {import("./peer.js").Signal} */ one) =>
      this.peer?.hear(one),
    );
    return this.peer;
  }

  /**
   * Somebody listens from now on, and hears what came before.
   * @param {Sitter} sitter
   */
  handOver(sitter) {
    this.sitter = sitter;
    this.show = sitter.show;
    this.socket.offAny(this.keep);
    if (this.news && this.socket.connected) sitter.met(this.news);
    if (this.peer?.link) sitter.changed(this.peer.link);
    if (this.stream) sitter.show(this.stream);
    for (const [name, ...news] of this.kept.filter(([name]) => !OF_THE_WAY.includes(name))) {
      for (const listener of this.socket.listeners(name)) listener(...news);
    }
  }

  /** Give it up. */
  leave() {
    this.relays?.close();
    this.socket.disconnect();
    this.peer?.close();
  }

  /**
   * @param {Side} side
   * @param {Relays} relays
   */
  makePeer(side, relays) {
    return new Peer({
      polite: side === "applicant",
      relays,
      // A step that cannot go out now is worthless later: the next meeting starts anew.
      send: (step) => this.send(step),
      show: (stream) => {
        this.stream = stream;
        this.show(stream);
      },
      changed: (link) => this.sitter?.changed(link),
      unheard: () => this.sitter?.unheard(),
    });
  }

  /** @param {import("./connection.js").Step} step */
  send(step) {
    if (this.socket.connected) this.socket.emit("signal", step);
  }

  /** @param {PeerNews} news */
  onPeer(news) {
    this.news = news;
    this.sitter?.met(news);
    if (news.present && news.page) this.peer?.meet(news.page);
  }
}
