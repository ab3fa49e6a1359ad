// How a call's page shows what the two sides send, and how good the connection is.

import { need } from "./elements.js";
import { setText } from "./parts.js";
import { word } from "./words.js";

/** @typedef {import("./sending.js").Media} Media */

/** @param {Media | null} media the other side's; null while it has not told */
export function showPeerMedia(media) {
  const camera = media?.video ?? "on";
  const microphone = media?.audio ?? "on";
  const noPicture = need("[data-remote-off]");
  noPicture.hidden = camera === "on";
  if (camera !== "on") setText(need("[data-words]", noPicture), word(`peer_camera_${camera}`));
  const noSound = need("[data-remote-muted]");
  noSound.hidden = microphone === "on";
  if (microphone !== "on") {
    setText(need("[data-words]", noSound), word(`peer_microphone_${microphone}`));
  }
}

/** @param {{own: boolean, peer: boolean}} sides */
export function showSoundOnly({ own, peer }) {
  const note = need("[data-sound-only]");
  const name = own && peer ? "both" : own ? "own" : "peer";
  note.hidden = !own && !peer;
  setText(need("[data-words]", note), note.hidden ? "" : word(`sound_only_${name}`));
}

/** @param {import("./quality.js").Report} report */
export function showQuality({ bars, rtt_ms }) {
  // A path that is lost is said by another sign in the same place.
  if (bars === 0) return;
  const sign = need("[data-quality]");
  sign.classList.toggle("ok", bars >= 3);
  sign.classList.toggle("warn", bars === 2);
  sign.classList.toggle("bad", bars === 1);
  need("[data-bars]", sign).className = `bars b${bars}`;
  setText(need("[data-words]", sign), word(`quality_${bars}`));
  showFigures(rtt_ms);
}

/** @param {number | undefined} rtt_ms */
function showFigures(rtt_ms) {
  const chip = document.querySelector("[data-figures]");
  if (!(chip instanceof HTMLElement)) return;
  const remote = /** @type {HTMLVideoElement} */ (need("video[data-remote]"));
  const { videoWidth: width, videoHeight: height } = remote;
  chip.hidden = width === 0;
  // Written as the size of a picture is, without a point between the thousands.
  const size = `${width} × ${height}`;
  setText(chip, word("figures", { size, ms: Math.round(rtt_ms ?? 0) }));
}
