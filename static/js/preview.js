// One's own picture while waiting. Only this browser sees it; waiting goes on without it.

import { chosenDevices } from "./device-choice.js";
import { keepWarm } from "./head-start.js";
import { closeMedia, mirror, openMedia } from "./media.js";
import { untilPassage } from "./passage.js";
import { word } from "./words.js";

const video = /** @type {HTMLVideoElement} */ (document.querySelector("video[data-local]"));
const sentence = /** @type {HTMLElement} */ (document.querySelector("[data-media-problem]"));
const help = /** @type {HTMLElement} */ (document.querySelector("[data-permission-help]"));
const readiness = /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll("[data-media]")
);
const retry = /** @type {HTMLButtonElement} */ (document.querySelector("[data-media-retry]"));

/** @type {MediaStream | null} */
let stream = null;

/** Show oneself, or say in words why not. */
export async function openPreview() {
  retry.hidden = true;
  const opened = await openMedia({ video: true, audio: true, ...chosenDevices() });
  if (untilPassage.aborted) return closeMedia(opened.stream);
  closePreview();
  stream = opened.stream;
  const has = { video: hasTrack("video"), audio: hasTrack("audio") };
  // The microphone was only asked for: the call will find it allowed, and nobody listens now.
  for (const track of stream?.getAudioTracks() ?? []) track.stop();
  const camera = stream?.getVideoTracks()[0] ?? null;
  // Unplugged, or no longer allowed: say so.
  camera?.addEventListener("ended", openPreview, { signal: untilPassage });
  mirror(video, camera);
  video.srcObject = stream;
  video.hidden = !has.video;
  for (const line of readiness) {
    const ready = has[/** @type {"video" | "audio"} */ (line.dataset.media)];
    line.classList.toggle("is-ready", ready);
    line.textContent = word(`${line.dataset.media}_${ready ? "ready" : "absent"}`);
  }
  sentence.textContent = opened.problem ? word(opened.problem) : "";
  sentence.hidden = opened.problem === null;
  help.hidden = opened.problem !== "denied";
  retry.hidden = opened.problem === null;
}

/** Let the camera go, so that something else can open it. */
export function closePreview() {
  closeMedia(stream);
  stream = null;
}

/** @param {"video" | "audio"} kind */
function hasTrack(kind) {
  return stream?.getTracks().some((track) => track.kind === kind) ?? false;
}

retry.addEventListener("click", openPreview);
untilPassage.addEventListener("abort", () => keepWarm(stream?.getVideoTracks()[0] ?? null));
