// One leg to the recorder: a second connection, which sends this side's picture and sound and
// receives nothing. The call's own connection knows nothing of it.

import { act } from "./api.js";

/** @typedef {import("./media.js").Kind} Kind */
/**
 * @typedef {object} Wiring
 * @property {string} path of the call
 * @property {RTCConfiguration} configuration
 * @property {number} kilobits most of the picture, in kbit/s
 * @property {(Record<Kind, MediaStreamTrack | null>)} tracks
 * @property {() => void} lost the way to the recorder is gone
 */

const FORMATS = { audio: ["audio/opus"], video: ["video/VP8", "video/rtx"] };
/** @type {Kind[]} */
const KINDS = ["audio", "video"];
/** What is not found by then is not worth the wait. */
const GATHER_MS = 1_500;
const STANDS_WITHIN_MS = 10_000;
const COMES_BACK_WITHIN_MS = 4_000;

export class RecordingLeg {
  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.pc = new RTCPeerConnection(wiring.configuration);
    /** Whether it has ever stood: else UDP may well be blocked here. */
    this.hasStood = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.patience = undefined;
    for (const kind of KINDS) this.add(kind, wiring.tracks[kind]);
    this.pc.onconnectionstatechange = () => this.turned();
  }

  /** @param {Kind} kind */
  has(kind) {
    return this.senderOf(kind) !== undefined;
  }

  /** @param {Kind} kind */
  senderOf(kind) {
    return this.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.sender;
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  add(kind, track) {
    if (!track) return;
    const maxBitrate = this.wiring.kilobits * 1000;
    const sendEncodings = kind === "video" ? [{ maxBitrate }] : undefined;
    const transceiver = this.pc.addTransceiver(track, { direction: "sendonly", sendEncodings });
    const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    transceiver.setCodecPreferences(
      known.filter(({ mimeType }) => FORMATS[kind].includes(mimeType)),
    );
  }

  /**
   * Offer, and take the recorder's answer.
   * @throws {import("./api.js").Refused}
   */
  async open() {
    const { pc, wiring } = this;
    await pc.setLocalDescription();
    await gathered(pc);
    const sdp = pc.localDescription?.sdp ?? "";
    const { answer } = await act(`${wiring.path}/recording/leg`, { sdp });
    if (pc.signalingState === "closed") return;
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    this.expect(STANDS_WITHIN_MS);
  }

  /**
   * Send this track from now on.
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.senderOf(kind)?.replaceTrack(track);
  }

  /** @param {boolean} alone on a weak network sound goes alone, here as in the call */
  async setSoundAlone(alone) {
    const sender = this.senderOf("video");
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    for (const encoding of parameters.encodings) encoding.active = !alone;
    await sender.setParameters(parameters);
  }

  close() {
    clearTimeout(this.patience);
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  turned() {
    const { connectionState } = this.pc;
    clearTimeout(this.patience);
    if (connectionState === "connected") this.hasStood = true;
    else if (connectionState === "failed" || connectionState === "closed") this.wiring.lost();
    else this.expect(this.hasStood ? COMES_BACK_WITHIN_MS : STANDS_WITHIN_MS);
  }

  /** @param {number} within_ms */
  expect(within_ms) {
    clearTimeout(this.patience);
    if (this.pc.connectionState === "connected") return;
    this.patience = setTimeout(() => this.wiring.lost(), within_ms);
  }
}

/** @param {RTCPeerConnection} pc */
function gathered(pc) {
  return new Promise((resolve) => {
    const look = () => pc.iceGatheringState === "complete" && resolve(undefined);
    pc.addEventListener("icegatheringstatechange", look);
    setTimeout(resolve, GATHER_MS);
    look();
  });
}
