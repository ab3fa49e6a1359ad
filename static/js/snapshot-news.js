// What the applicant is told of snapshots: that one was taken of them, or taken back.

import { need } from "./elements.js";
import { setText } from "./parts.js";
import { word } from "./words.js";

const SHOWN_MS = 12_000;

/**
 * @param {number} known how many there were when the page was made
 * @returns {(count: number) => void} is told how many there are
 */
export function snapshotNews(known) {
  const note = need("[data-snapshot-news]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;
  return (count) => {
    if (count === known) return;
    setText(
      need("[data-words]", note),
      word(count > known ? "snapshot_taken" : "snapshot_removed"),
    );
    known = count;
    note.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => {
      note.hidden = true;
    }, SHOWN_MS);
  };
}
