// The connection between the two browsers of a call: perfect negotiation (W3C WebRTC 1.0, 10.7).
//
// The impolite side (the verifier's) makes the two transceivers and looks for a new path; the polite
// side fills what it is offered and offers nothing of its own accord. Were both to make their own,
// an offered section would never be matched to a transceiver made by addTransceiver; and an offer
// taken back in mid-call leaves Chromium 156 decoding pictures that it no longer shows.

/** @typedef {"audio" | "video"} Kind */
/** @typedef {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit}} Step */
/** @typedef {Step & {page: string}} Signal */
/** @typedef {"new" | "connecting" | "connected" | "disconnected" | "failed" | "closed"} Link */

/**
 * @typedef {object} Wiring
 * @property {boolean} polite the polite side gives way when both offer at once
 * @property {RTCIceServer[]} iceServers
 * @property {(step: Step) => void} send to the other side; it may be lost
 * @property {(stream: MediaStream) => void} show the other side's picture and sound, now that something comes
 * @property {(link: Link) => void} changed
 */

/** @type {Kind[]} */
const KINDS = ["audio", "video"];

export class Peer {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    /** @type {RTCPeerConnection | null} */
    this.pc = null;
    /** @type {string | null} */
    this.page = null;
    /** @type {Record<Kind, MediaStreamTrack | null>} */
    this.tracks = { audio: null, video: null };
    /** @type {RTCPeerConnection | null} */
    this.offering = null;
    /** @type {Promise<void>} */
    this.work = Promise.resolve();
    /** @type {RTCIceCandidateInit[]} */
    this.candidates = [];
    /** @type {Signal[]} */
    this.early = [];
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
    this.pc = this.connect();
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
      this.early = [...this.early.slice(-63), signal];
      return;
    }
    this.inTurn((pc) => this.take(pc, signal));
  }

  /**
   * Send this track from now on; null sends nothing.
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.tracks[kind] = track;
    this.inTurn((pc) => this.fill(pc));
  }

  close() {
    this.pc?.close();
    this.pc = null;
    this.page = null;
    this.candidates = [];
  }

  connect() {
    const pc = new RTCPeerConnection({ iceServers: this.wiring.iceServers });
    const theirs = new MediaStream();
    this.wiring.changed("new");
    pc.ontrack = ({ track }) => {
      theirs.addTrack(track);
      track.addEventListener("unmute", () => pc === this.pc && this.wiring.show(theirs));
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate && pc === this.pc) this.wiring.send({ candidate: candidate.toJSON() });
    };
    pc.onnegotiationneeded = () => this.offer(pc).catch((error) => this.fault(pc, error));
    pc.onconnectionstatechange = () => {
      if (pc !== this.pc) return;
      this.wiring.changed(pc.connectionState);
      if (pc.connectionState === "failed") this.seekPath();
    };
    if (!this.wiring.polite) {
      for (const kind of KINDS) {
        pc.addTransceiver(this.tracks[kind] ?? kind, { direction: "sendrecv" });
      }
    }
    return pc;
  }

  /** @param {RTCPeerConnection} pc */
  async offer(pc) {
    this.offering = pc;
    try {
      await pc.setLocalDescription();
      if (pc === this.pc) this.sendDescription(pc);
    } finally {
      if (this.offering === pc) this.offering = null;
    }
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {Step} step
   */
  async take(pc, { description, candidate }) {
    if (candidate) this.candidates.push(candidate);
    if (description) {
      const offered = description.type === "offer";
      const collides = offered && (this.offering === pc || pc.signalingState !== "stable");
      if (collides && !this.wiring.polite) return;
      // The second answer to an offer that was said twice.
      if (!offered && pc.signalingState !== "have-local-offer") return;
      await pc.setRemoteDescription(description);
      if (offered) await this.answer(pc);
    }
    await this.addCandidates(pc);
  }

  /** @param {RTCPeerConnection} pc */
  async answer(pc) {
    for (const transceiver of pc.getTransceivers()) transceiver.direction = "sendrecv";
    await this.fill(pc);
    await pc.setLocalDescription();
    this.sendDescription(pc);
  }

  /** @param {RTCPeerConnection} pc */
  sendDescription(pc) {
    if (pc.localDescription) this.wiring.send({ description: pc.localDescription.toJSON() });
  }

  /**
   * Candidates may come before the description they belong to: they wait until it is there.
   * @param {RTCPeerConnection} pc
   */
  async addCandidates(pc) {
    const sdp = pc.remoteDescription?.sdp;
    if (!sdp) return;
    const belongs = (/** @type {RTCIceCandidateInit} */ { usernameFragment }) =>
      !usernameFragment || sdp.includes(`a=ice-ufrag:${usernameFragment}\r\n`);
    const ready = this.candidates.filter(belongs);
    this.candidates = this.candidates.filter((candidate) => !belongs(candidate));
    for (const candidate of ready) await pc.addIceCandidate(candidate);
  }

  /** @param {RTCPeerConnection} pc */
  async fill(pc) {
    for (const { sender, receiver } of pc.getTransceivers()) {
      const track = this.tracks[/** @type {Kind} */ (receiver.track.kind)];
      if (sender.track !== track) await sender.replaceTrack(track);
    }
  }

  /** Both sides hear of each meeting and see each failure; one of them starts anew. */
  seekPath() {
    if (!this.wiring.polite) this.inTurn((pc) => this.renew(pc));
  }

  /**
   * An offer still unanswered may have got lost, or its answer: it is said again.
   * @param {RTCPeerConnection} pc
   */
  async renew(pc) {
    if (pc.signalingState === "have-local-offer") this.sendDescription(pc);
    else pc.restartIce();
  }

  /**
   * One after the other, and never on a connection that was replaced meanwhile.
   * @param {(pc: RTCPeerConnection) => Promise<void>} step
   */
  inTurn(step) {
    const pc = this.pc;
    if (!pc) return;
    this.work = this.work
      .then(() => (pc === this.pc ? step(pc) : undefined))
      .catch((error) => this.fault(pc, error));
  }

  /**
   * What a connection closed meanwhile could not do is no fault.
   * @param {RTCPeerConnection} pc
   * @param {unknown} error
   */
  fault(pc, error) {
    if (pc === this.pc) reportError(error);
  }
}
