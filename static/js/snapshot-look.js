// One snapshot in its size, and the way to take it back.

import { actOnce } from "./act-button.js";
import { act } from "./api.js";
import { duration } from "./durations.js";
import { need } from "./elements.js";
import { word } from "./words.js";

/** @typedef {import("./snapshots.js").Snapshot} Snapshot */

export class SnapshotLook {
  /** @param {(gone: Snapshot) => void} gone */
  constructor(gone) {
    this.dialog = /** @type {HTMLDialogElement} */ (need("#snapshot-look"));
    this.problem = need("[data-problem]", this.dialog);
    this.remove = need("[data-remove]", this.dialog);
    /** @type {Snapshot | undefined} */
    this.shown = undefined;
    this.remove.addEventListener("click", () =>
      actOnce(this.remove, this.problem, async () => {
        if (!this.shown) return;
        await act(`${this.shown.url}/remove`);
        this.dialog.close();
        gone(this.shown);
      }),
    );
  }

  /** @param {Snapshot} one */
  show(one) {
    this.shown = one;
    this.problem.hidden = true;
    need("[data-title]", this.dialog).textContent = nameOf(one);
    /** @type {HTMLImageElement} */ (need("[data-picture]", this.dialog)).src = one.url;
    this.dialog.showModal();
  }
}

/** @param {Snapshot} one */
export function nameOf({ label, taken_s }) {
  return word("snapshot_look", { what: label, at: duration(taken_s) });
}
