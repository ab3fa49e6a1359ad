// Where no way leads to the recorder by UDP: the browser records by itself, and sends what it has,
// a second at a time, over HTTP. A chunk that got lost is sent again under its number.

import { act } from "./api.js";

/** @typedef {import("./media.js").Kind} Kind */

const SLICE_MS = 1_000;
const AGAIN_MS = 1_000;
const MOST_WAITING = 120;
const SOUND_KILOBITS = 32;

/**
 * @typedef {object} More
 * @property {boolean} isSoundAlone whether the picture was left out
 * @property {() => void} renew begin the next segment at once
 */

export class RecordingChunks {
  /** @param {Omit<import("./recording-leg.js").Wiring, "configuration"> & More} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.hasStood = true;
    this.isClosed = false;
    this.number = 0;
    /** @type {Blob[]} */
    this.waiting = [];
    this.isSending = false;
    this.giveUp = new AbortController();
    /** When recording began, after the desk had opened the segment. */
    this.after_ms = 0;
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
    const asked_ms = performance.now();
    const { segment } = await act(`${this.wiring.path}/recording/chunks`);
    this.url = `${this.wiring.path}/recording/chunks/${segment}`;
    if (this.isClosed) return;
    this.recorder.start(SLICE_MS);
    // The answer was under way for half of that time.
    this.after_ms = Math.round((performance.now() - asked_ms) / 2);
  }

  /** A recorder of this kind keeps to the tracks that it began with. */
  setTrack() {
    this.give();
  }

  /**
   * The call comes first: what has not been sent of a picture is given up.
   * @param {boolean} alone
   */
  setSoundAlone(alone) {
    if (alone === this.wiring.isSoundAlone) return;
    if (alone) {
      this.recorder.ondataavailable = null;
      this.waiting = [];
      this.giveUp.abort();
    }
    this.wiring.renew();
  }

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
      const url = `${this.url}/${this.number}?after_ms=${this.after_ms}`;
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body,
        credentials: "same-origin",
        signal: this.giveUp.signal,
      });
      return answer.status;
    } catch {
      return 0;
    }
  }
}
