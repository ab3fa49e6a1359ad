// The verifier's snapshots: a frame is frozen and named, then sent; what was taken stands in a strip.

import { actOnce } from "./act-button.js";
import { actWithFile } from "./api.js";
import { duration } from "./durations.js";
import { copyOf, isTyping, need } from "./elements.js";
import { keyKeeper } from "./keys.js";
import { nameOf, SnapshotLook } from "./snapshot-look.js";
import { word } from "./words.js";

/** @typedef {{id: string, kind: string, label: string, taken_s: number, url: string}} Snapshot */
/** @typedef {import("./call-recording.js").News} News */

/** @type {Record<string, string | undefined>} */
const KIND_OF_STEP = { face: "face", card: "card", card_tilted: "card", letter: "letter" };
const WITHOUT_CONSENT = ["unasked", "refused", "withdrawn"];
const QUALITY = 0.9;

export class Snapshots {
  /**
   * @param {string} path of the call
   * @param {{snapshots: Snapshot[], snapshot_kinds: Record<string, string>}} data
   * @param {{step: () => string | undefined, changed: (newest: Snapshot | undefined) => void}} hooks
   */
  constructor(path, { snapshots, snapshot_kinds }, { step, changed }) {
    this.path = path;
    this.taken = snapshots;
    this.kinds = snapshot_kinds;
    this.step = step;
    this.changed = changed;
    this.frames = 0;
    this.keyOf = keyKeeper();
    this.button = need("[data-snapshot]");
    this.strip = need("[data-snapshots]");
    this.problem = need("[data-snapshot-problem]");
    this.dialog = /** @type {HTMLDialogElement} */ (need("#snapshot-dialog"));
    this.form = /** @type {HTMLFormElement} */ (need("[data-snapshot-form]"));
    this.frame = /** @type {HTMLCanvasElement} */ (need("[data-frame]"));
    this.look = new SnapshotLook((gone) => this.forget(gone));
    this.wire();
    this.show();
  }

  wire() {
    this.button.addEventListener("click", () => this.freeze(this.likely()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "s" || event.repeat || isTyping(event)) return;
      if (this.button.hidden) return;
      event.preventDefault();
      this.freeze(this.likely());
    });
  }

  /** @param {News} news nothing is taken of somebody who has not agreed to it */
  follow({ state }) {
    const isAllowed = !WITHOUT_CONSENT.includes(state);
    this.button.hidden = !isAllowed;
    this.strip.hidden = !isAllowed && this.taken.length === 0;
    if (this.dialog.open && !isAllowed) this.dialog.close();
  }

  missing() {
    return Object.keys(this.kinds).filter((kind) => !this.taken.some((one) => one.kind === kind));
  }

  /** What is held up now, by the step of the checklist; else what is still to be taken. */
  likely() {
    return KIND_OF_STEP[this.step() ?? ""] ?? this.missing()[0] ?? "face";
  }

  /** @param {string} kind */
  freeze(kind) {
    const video = /** @type {HTMLVideoElement} */ (need("video[data-remote]"));
    const isShown = video.videoWidth > 0 && need("[data-remote-off]").hidden;
    this.problem.hidden = isShown && document.body.classList.contains("is-live");
    this.problem.textContent = word("snapshot_no_picture");
    if (!this.problem.hidden) return;
    this.frame.width = video.videoWidth;
    this.frame.height = video.videoHeight;
    this.frame.getContext("2d")?.drawImage(video, 0, 0);
    this.frames += 1;
    /** @type {HTMLInputElement} */ (need(`input[value="${kind}"]`, this.form)).checked = true;
    need("[data-problem]", this.dialog).hidden = true;
    this.dialog.showModal();
  }

  async keep() {
    const kind = String(new FormData(this.form).get("kind"));
    await actOnce(need("[data-keep]", this.form), need("[data-problem]", this.form), async () => {
      const form = new FormData();
      form.append("kind", kind);
      form.append("file", await pictureOf(this.frame), `${kind}.jpg`);
      const key = this.keyOf([this.frames, kind]);
      const answer = await actWithFile(`${this.path}/snapshots`, form, key);
      this.taken.push(answer.snapshot);
      this.dialog.close();
      this.show();
      // The slot from which it was asked for is gone.
      if (document.activeElement === document.body) this.button.focus();
    });
  }

  /** @param {Snapshot} gone */
  forget(gone) {
    this.taken = this.taken.filter((one) => one !== gone);
    this.show();
    this.button.focus();
  }

  show() {
    const all = Object.keys(this.kinds).length;
    const missing = this.missing();
    const done = word("snapshots_done", { n: all - missing.length, all });
    need("[data-snapshot-count]").textContent = done;
    const taken = this.taken.map((one) => this.card(one));
    need("[data-snapshot-list]").replaceChildren(...taken, ...missing.map((one) => this.slot(one)));
    this.changed(this.taken.at(-1));
  }

  /** @param {Snapshot} one */
  card(one) {
    const card = copyOf("snapshot-taken");
    /** @type {HTMLImageElement} */ (need("img", card)).src = one.url;
    need("[data-label]", card).textContent = one.label;
    need("[data-time]", card).textContent = duration(one.taken_s);
    const look = need("[data-look]", card);
    look.setAttribute("aria-label", nameOf(one));
    look.addEventListener("click", () => this.look.show(one));
    return card;
  }

  /** @param {string} kind */
  slot(kind) {
    const slot = copyOf("snapshot-missing");
    const what = this.kinds[kind] ?? "";
    need("[data-label]", slot).textContent = what;
    const take = need("[data-take]", slot);
    take.setAttribute("aria-label", word("snapshot_take", { what }));
    take.addEventListener("click", () => this.freeze(kind));
    return slot;
  }
}

/**
 * @param {HTMLCanvasElement} frame
 * @returns {Promise<Blob>}
 */
function pictureOf(frame) {
  return new Promise((done, failed) => {
    const made = (/** @type {Blob | null} */ blob) => (blob ? done(blob) : failed(new Error("no")));
    frame.toBlob(made, "image/jpeg", QUALITY);
  });
}
