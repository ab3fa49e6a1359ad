// One's own camera and microphone in a call: opened, muted, switched off, exchanged.

import { closeMedia, openMedia } from "./media.js";

/** @typedef {"audio" | "video"} Kind */
/** @typedef {import("./media.js").MediaProblem} MediaProblem */
/** @typedef {"on" | "off" | "none"} Sending */
/** @typedef {{cameraId?: string, microphoneId?: string}} Choice */

const REMEMBERED = "call-devices";

export class OwnMedia {
  /**
   * @param {(kind: Kind, track: MediaStreamTrack | null) => void} send
   * @param {() => void} changed
   */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.stream = new MediaStream();
    /** @type {MediaProblem | null} */
    this.problem = null;
    /** @type {Record<Kind, boolean>} */
    this.wanted = { audio: true, video: true };
    /** @type {Choice} */
    this.choice = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
  }

  /** @param {Kind} kind */
  track(kind) {
    return this.stream.getTracks().find((track) => track.kind === kind) ?? null;
  }

  /**
   * @param {Kind} kind
   * @returns {Sending}
   */
  sending(kind) {
    const track = this.track(kind);
    if (!track) return "none";
    return track.enabled ? "on" : "off";
  }

  /** @param {Kind[]} kinds */
  async open(kinds = ["audio", "video"]) {
    const wish = { audio: kinds.includes("audio"), video: kinds.includes("video") };
    const { stream, problem } = await openMedia({ ...wish, ...this.choice });
    this.problem = problem;
    for (const kind of kinds) {
      const track = stream?.getTracks().find((one) => one.kind === kind) ?? null;
      if (track) this.take(kind, track);
    }
    this.changed();
  }

  /**
   * Mute or unmute; what could not be had so far is asked for once more.
   * @param {Kind} kind
   */
  async toggle(kind) {
    const track = this.track(kind);
    if (!track) {
      this.wanted[kind] = true;
      return this.open([kind]);
    }
    this.wanted[kind] = !track.enabled;
    track.enabled = this.wanted[kind];
    this.changed();
  }

  /**
   * Exchange a device, and keep to it when the page is loaded again.
   * @param {Kind} kind
   * @param {string} id
   */
  async choose(kind, id) {
    this.choice[kind === "video" ? "cameraId" : "microphoneId"] = id;
    sessionStorage.setItem(REMEMBERED, JSON.stringify(this.choice));
    // Some phones open one camera at a time only: the old one goes first.
    this.drop(kind);
    await this.open([kind]);
  }

  close() {
    closeMedia(this.stream);
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  take(kind, track) {
    this.drop(kind);
    track.enabled = this.wanted[kind];
    track.addEventListener("ended", () => {
      if (this.track(kind) !== track) return;
      this.problem = "missing";
      this.drop(kind);
      this.changed();
    });
    this.stream.addTrack(track);
    this.send(kind, track);
  }

  /** @param {Kind} kind */
  drop(kind) {
    const track = this.track(kind);
    if (!track) return;
    this.stream.removeTrack(track);
    track.stop();
    this.send(kind, null);
  }
}
