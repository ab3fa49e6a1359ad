// One's own camera and microphone in a call: opened, muted, switched off, exchanged, lost.

import { chooseDevices, chosenDevices } from "./device-choice.js";
import { takeDevices } from "./head-start.js";
import { closeMedia, listDevices, openMedia } from "./media.js";

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {import("./media.js").MediaProblem | "taken"} Trouble `taken`: the system gives it to something else for now, such as a phone call */
/** @typedef {"on" | "off" | "none"} Sending */

/** @type {Kind[]} */
const KINDS = ["audio", "video"];
/** @type {(Trouble | null)[]} */
const MAY_PASS = ["missing", "busy", "taken"];

export class OwnMedia {
  /**
   * @param {(kind: Kind, track: MediaStreamTrack | null) => void} send
   * @param {() => void} changed
   */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.stream = new MediaStream();
    /** @type {Record<Kind, Trouble | null>} */
    this.troubles = { audio: null, video: null };
    /** @type {Record<Kind, string | null>} the device that was lost, by its label */
    this.lost = { audio: null, video: null };
    /** @type {{kind: Kind, label: string} | null} what took its place */
    this.replaced = null;
    /** @type {Record<Kind, boolean>} */
    this.wanted = { audio: true, video: true };
    /** @type {import("./media.js").Facing | undefined} */
    this.facing = undefined;
    this.isClosed = false;
    /** @type {Promise<void>} */
    this.work = Promise.resolve();
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
    if (!track || track.muted) return "none";
    return track.enabled ? "on" : "off";
  }

  /**
   * One after the other: two at once would take the same device from each other.
   * @param {Kind[]} kinds
   */
  open(kinds = KINDS) {
    this.work = this.work.then(() => this.openNow(kinds));
    return this.work;
  }

  /** @param {Kind[]} kinds */
  async openNow(kinds) {
    if (this.isClosed) return;
    const { camera, opening } = takeDevices();
    if (camera) this.take("video", camera);
    // Asked for twice, a device that has come meanwhile is left as it is.
    const missing = kinds.filter((kind) => this.sending(kind) === "none");
    if (missing.length === 0) return this.changed();
    const wish = { audio: missing.includes("audio"), video: missing.includes("video") };
    const { stream, problem } = await (opening ??
      openMedia({ ...wish, ...chosenDevices(), facing: this.facing }));
    if (this.isClosed) return closeMedia(stream);
    for (const kind of missing) {
      const track = stream?.getTracks().find((one) => one.kind === kind) ?? null;
      if (track) this.take(kind, track);
      else this.troubles[kind] = problem;
    }
    this.changed();
  }

  /** Try again what could not be had and may be free by now; nobody is asked anything. */
  heal() {
    const kinds = KINDS.filter((kind) => MAY_PASS.includes(this.troubles[kind]));
    if (kinds.length) this.open(kinds);
  }

  /**
   * Mute or unmute; what could not be had so far is asked for once more.
   * @param {Kind} kind
   */
  async toggle(kind) {
    const track = this.track(kind);
    if (!track || track.muted) {
      this.wanted[kind] = true;
      return this.open([kind]);
    }
    this.wanted[kind] = !track.enabled;
    track.enabled = this.wanted[kind];
    this.changed();
  }

  /**
   * Exchange a device, and keep to it on the next page.
   * @param {Kind} kind
   * @param {string} id
   */
  async choose(kind, id) {
    chooseDevices(kind === "video" ? { cameraId: id } : { microphoneId: id });
    if (kind === "video") this.facing = undefined;
    // Some phones open one camera at a time only: the old one goes first.
    this.drop(kind);
    await this.open([kind]);
  }

  /** The other one of a phone's cameras; where they do not say which way they look, the next. */
  async turnCamera() {
    const now = this.track("video")?.getSettings();
    if (now?.facingMode) {
      this.facing = now.facingMode === "environment" ? "user" : "environment";
      this.drop("video");
      return this.open(["video"]);
    }
    const { cameras } = await listDevices();
    const at = cameras.findIndex(({ deviceId }) => deviceId === now?.deviceId);
    await this.choose("video", cameras[(at + 1) % cameras.length]?.deviceId ?? "");
  }

  close() {
    this.isClosed = true;
    closeMedia(this.stream);
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  take(kind, track) {
    this.drop(kind);
    this.troubles[kind] = null;
    const isAnother = this.lost[kind] !== null && this.lost[kind] !== track.label;
    this.replaced = isAnother ? { kind, label: track.label } : null;
    this.lost[kind] = null;
    track.enabled = this.wanted[kind];
    track.addEventListener("ended", () => this.lose(kind, track));
    track.addEventListener("mute", () => this.learn(kind, track, "taken"));
    track.addEventListener("unmute", () => this.learn(kind, track, null));
    this.stream.addTrack(track);
    this.send(kind, track);
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   * @param {Trouble | null} trouble
   */
  learn(kind, track, trouble) {
    if (this.isClosed || this.track(kind) !== track) return;
    this.troubles[kind] = trouble;
    this.changed();
  }

  /**
   * Unplugged, or no longer allowed: another device of the kind takes its place, if there is one.
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  async lose(kind, track) {
    if (this.isClosed || this.track(kind) !== track) return;
    this.drop(kind);
    this.troubles[kind] = "missing";
    this.lost[kind] = track.label;
    this.changed();
    await this.open([kind]);
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
