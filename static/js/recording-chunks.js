// Where no way leads to the recorder by UDP: the browser records by itself, and sends what it has,
// a second at a time, over HTTP. A chunk that got lost is sent again under its number.

import { act } from "./api.js";

/** @typedef {import("./media.js").Kind} Kind */

const SLICE_MS = 1_000;
const AGAIN_MS = 1_000;
const MOST_WAITING = 120;
const SOUND_KILOBITS = 32;

export class RecordingChunks {
  /** @param {Omit<import("./recording-leg.js").Wiring, "configuration">} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.hasStood = true;
    this.isClosed = false;
    this.number = 0;
    /** @type {Blob[]} */
    this.waiting = [];
    this.isSending = false;
    const tracks = Object.values(wiring.tracks).filter((track) => track !== null);
    this.kinds = tracks.map(({ kind }) => kind);
    this.recorder = new MediaRecorder(new MediaStream(tracks), {
      mimeType: this.kinds.includes("video")
        ? "video/webm;codecs=vp8,opus"
        : "audio/webm;codecs=opus",
      videoBitsPerSecond: wiring.kilobits * 1000,
      audioBitsPerSecond: SOUND_KILOBITS * 1000,
    });
    this.recorder.ondataavailable = ({ data }) => this.keep(data);
    this.recorder.onerror = () => this.give();
  }

  /** @param {Kind} kind */
  has(kind) {
    return this.kinds.includes(kind);
  }

  /**
   * Begin a segment.
   * @throws {import("./api.js").Refused}
   */
  async open() {
    const { segment } = await act(`${this.wiring.path}/recording/chunks`);
    this.url = `${this.wiring.path}/recording/chunks/${segment}`;
    if (!this.isClosed) this.recorder.start(SLICE_MS);
  }

  /** A recorder of this kind keeps to the tracks that it began with. */
  setTrack() {
    this.give();
  }

  setSoundAlone() {}

  close() {
    this.isClosed = true;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }

  give() {
    if (!this.isClosed) this.wiring.lost();
  }

  /** @param {Blob} data */
  keep(data) {
    if (data.size) this.waiting.push(data);
    if (this.waiting.length > MOST_WAITING) return this.give();
    if (!this.isSending) this.send();
  }

  async send() {
    this.isSending = true;
    while (this.waiting.length) {
      const status = await this.post(this.waiting[0]);
      if (status === 200) {
        this.waiting.shift();
        this.number += 1;
      } else if (status >= 400 && status < 500) {
        this.waiting = [];
        this.give();
      } else {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.isSending = false;
  }

  /**
   * @param {Blob} body
   * @returns {Promise<number>} the status; 0 where nothing came back
   */
  async post(body) {
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/octet-stream",
      "X-CSRF-Token": token,
    };
    try {
      const url = `${this.url}/${this.number}`;
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body,
        credentials: "same-origin",
      });
      return answer.status;
    } catch {
      return 0;
    }
  }
}
