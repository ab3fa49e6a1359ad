// One connection between the two browsers of a call: perfect negotiation (W3C WebRTC 1.0, 10.7).
//
// The impolite side (the verifier's) makes the two transceivers and looks for a new path; the polite
// side fills what it is offered and offers nothing of its own accord. Were both to make their own,
// an offered section would never be matched to a transceiver made by addTransceiver; and an offer
// taken back in mid-call leaves Chromium 156 decoding pictures that it no longer shows.

import { refreshOnNewPath } from "./key-frame.js";
import { watchPath } from "./path-watch.js";
import { preferRedundantSound } from "./redundant-sound.js";

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit}} Step */
/**
 * "stalled": nothing comes any more, though the browser still takes the path for a good one.
 * @typedef {RTCPeerConnectionState | "stalled"} Link
 */
/** @typedef {Record<Kind, MediaStreamTrack | null>} Tracks */

/**
 * @typedef {object} Wiring
 * @property {boolean} polite the polite side gives way when both offer at once
 * @property {RTCConfiguration} configuration
 * @property {Tracks} tracks what is sent; the owner changes it, and has it taken over by `fill`
 * @property {(connection: Connection, step: Step) => void} send to the other side
 * @property {(connection: Connection, stream: MediaStream) => void} show the other side's picture and sound, now that something comes
 * @property {(connection: Connection, link: Link) => void} turned how it stands now
 */

/** @type {Kind[]} */
const KINDS = ["audio", "video"];

export class Connection {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.pc = new RTCPeerConnection(wiring.configuration);
    this.isOffering = false;
    /** @type {Promise<void>} */
    this.work = Promise.resolve();
    /** @type {RTCIceCandidateInit[]} */
    this.candidates = [];
    this.listen();
    if (!wiring.polite) this.makeTransceivers();
  }

  get isClosed() {
    return this.pc.signalingState === "closed";
  }

  close() {
    this.pc.close();
  }

  /** @param {Step} step of the other side */
  hear(step) {
    this.inTurn(() => this.take(step));
  }

  /** Send the tracks as they are now. */
  fill() {
    this.inTurn(() => this.replaceTracks());
  }

  /** Look for a path anew. An offer still unanswered may have got lost, or its answer: said again. */
  restart() {
    this.inTurn(async () => {
      if (this.pc.signalingState === "have-local-offer") this.sendDescription();
      else this.pc.restartIce();
    });
  }

  /**
   * One after the other, and no more once it is closed.
   * @param {(pc: RTCPeerConnection) => Promise<void>} step
   */
  inTurn(step) {
    this.work = this.work
      .then(() => (this.isClosed ? undefined : step(this.pc)))
      .catch((error) => this.fault(error));
  }

  listen() {
    const { pc, wiring } = this;
    const theirs = new MediaStream();
    watchPath(pc, (stalled) => wiring.turned(this, stalled ? "stalled" : pc.connectionState));
    // Firefox has tracks unmuted before anything can come over a connection.
    const show = () => {
      const comes = pc.connectionState === "connected" && theirs.getTracks().length > 0;
      if (comes) wiring.show(this, theirs);
    };
    pc.ontrack = ({ track }) => {
      track.addEventListener("unmute", () => {
        // Not before: Chromium keeps the sound back until the first picture of a track is there,
        // and where there is no camera none will ever come.
        theirs.addTrack(track);
        show();
      });
    };
    pc.onicecandidate = ({ candidate }) => {
      // Browsers call by TCP and never listen: two of them meet by it at a relay alone.
      const isUseless = candidate?.protocol === "tcp" && candidate.type === "host";
      if (candidate && !isUseless) wiring.send(this, { candidate: candidate.toJSON() });
    };
    pc.onnegotiationneeded = () => this.offer().catch((error) => this.fault(error));
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") refreshOnNewPath(pc);
      wiring.turned(this, pc.connectionState);
      show();
    };
  }

  makeTransceivers() {
    for (const kind of KINDS) {
      const what = this.wiring.tracks[kind] ?? kind;
      preferRedundantSound(this.pc.addTransceiver(what, { direction: "sendrecv" }));
    }
  }

  async offer() {
    this.isOffering = true;
    try {
      await this.pc.setLocalDescription();
      this.sendDescription();
    } finally {
      this.isOffering = false;
    }
  }

  /** @param {Step} step */
  async take({ description, candidate }) {
    const { pc } = this;
    if (candidate) this.candidates.push(candidate);
    if (description) {
      const offered = description.type === "offer";
      const collides = offered && (this.isOffering || pc.signalingState !== "stable");
      if (collides && !this.wiring.polite) return;
      // The second answer to an offer that was said twice.
      if (!offered && pc.signalingState !== "have-local-offer") return;
      await pc.setRemoteDescription(description);
      if (offered) await this.answer();
    }
    await this.addCandidates();
  }

  async answer() {
    for (const transceiver of this.pc.getTransceivers()) {
      transceiver.direction = "sendrecv";
      preferRedundantSound(transceiver);
    }
    await this.replaceTracks();
    await this.pc.setLocalDescription();
    this.sendDescription();
  }

  sendDescription() {
    const description = this.pc.localDescription;
    if (description) this.wiring.send(this, { description: description.toJSON() });
  }

  /** Candidates may come before the description they belong to: they wait until it is there. */
  async addCandidates() {
    const sdp = this.pc.remoteDescription?.sdp;
    if (!sdp) return;
    const belongs = (/** @type {RTCIceCandidateInit} */ { usernameFragment }) =>
      !usernameFragment || sdp.includes(`a=ice-ufrag:${usernameFragment}\r\n`);
    const ready = this.candidates.filter(belongs);
    this.candidates = this.candidates.filter((candidate) => !belongs(candidate));
    for (const candidate of ready) await this.pc.addIceCandidate(candidate);
  }

  async replaceTracks() {
    for (const { sender, receiver } of this.pc.getTransceivers()) {
      const track = this.wiring.tracks[/** @type {Kind} */ (receiver.track.kind)];
      if (sender.track !== track) await sender.replaceTrack(track);
    }
  }

  /**
   * What a connection closed meanwhile could not do is no fault.
   * @param {unknown} error
   */
  fault(error) {
    if (!this.isClosed) reportError(error);
  }
}
