// The page that plays a recording: one control for both sides, the strip, what happened when.

import { duration } from "./durations.js";
import { isTyping, need } from "./elements.js";
import { pageData } from "./page-data.js";
import { Pair } from "./pair.js";
import { RecordingStrip } from "./recording-strip.js";
import { keepView } from "./recording-view.js";
import { word } from "./words.js";

const STEP_MS = 5000;

/** @typedef {{side: string, from_ms: number, until_ms: number, words: string}} Gap */
/** @type {{path: string, length_ms: number, sides: import("./recording-strip.js").Side[], gaps: Gap[], marks: import("./recording-strip.js").Mark[]}} */
const data = pageData();
const player = need("[data-player]");
const videos = /** @type {HTMLVideoElement[]} */ ([...player.querySelectorAll("video")]);
const seekBar = /** @type {HTMLInputElement} */ (need("[data-seek]", player));
const canvas = /** @type {HTMLCanvasElement} */ (need("[data-strip]", player));
const playButton = need("[data-play]", player);
const strip = new RecordingStrip(
  canvas,
  need("[data-pictures]", player),
  data.length_ms,
  data.marks,
);
const pair = new Pair(videos, show);

/** Whether the bar is being dragged: it is then ahead of the videos. */
let isDragged = false;

function show() {
  const playing = pair.isPlaying;
  need("[data-icon-play]", player).hidden = playing;
  need("[data-icon-pause]", player).hidden = !playing;
  need("[data-play-word]", player).textContent = word(playing ? "pause" : "play");
  const atMs = isDragged ? Number(seekBar.value) : pair.position * 1000;
  if (!isDragged) seekBar.value = String(Math.round(atMs));
  const said = word("at_of", {
    at: duration(atMs / 1000),
    length: duration(data.length_ms / 1000),
  });
  need("[data-time]", player).textContent = said;
  seekBar.setAttribute("aria-valuetext", said);
  strip.moveTo(atMs);
  markCurrent(atMs);
  showGaps(atMs);
}

/**
 * A side that has nothing here shows its last picture: that it is none says a word over it.
 * @param {number} atMs
 */
function showGaps(atMs) {
  for (const note of player.querySelectorAll("[data-gap]")) {
    const gap = data.gaps.find(
      ({ side, from_ms, until_ms }) =>
        side === note.getAttribute("data-gap") && from_ms <= atMs && atMs < until_ms,
    );
    /** @type {HTMLElement} */ (note).hidden = !gap;
    if (gap && note.textContent !== gap.words) note.textContent = gap.words;
  }
}

/** @param {number} atMs */
function markCurrent(atMs) {
  const buttons = [...player.querySelectorAll("[data-at]")];
  const current = buttons.findLast((one) => Number(one.getAttribute("data-at")) <= atMs + 50);
  for (const button of buttons) {
    const item = button.closest("li");
    if (button === current) item?.setAttribute("aria-current", "true");
    else item?.removeAttribute("aria-current");
  }
}

/** @param {string} sentence */
function tell(sentence) {
  const problem = need("[data-problem]");
  need("[data-sentence]", problem).textContent = sentence;
  problem.hidden = false;
}

/** @param {number} ms */
const jump = (ms) => pair.seek(pair.position + ms / 1000);
const toggle = () => (pair.isPlaying ? pair.pause() : pair.play());

for (const video of videos) {
  video.controls = false;
  video.tabIndex = -1;
  video.addEventListener("error", () => tell(word("cannot_play")));
  video.addEventListener("click", toggle);
}
for (const one of player.querySelectorAll("[data-live]")) {
  /** @type {HTMLElement} */ (one).hidden = false;
}
playButton.addEventListener("click", toggle);
for (const button of player.querySelectorAll("[data-jump]")) {
  button.addEventListener("click", () => jump(Number(button.getAttribute("data-jump"))));
}
for (const button of player.querySelectorAll("[data-at]")) {
  button.addEventListener("click", () => pair.seek(Number(button.getAttribute("data-at")) / 1000));
}
for (const range of player.querySelectorAll("[data-volume]")) {
  const volume = /** @type {HTMLInputElement} */ (range);
  const video = videos.find((one) => one.dataset.side === volume.dataset.volume);
  volume.addEventListener("input", () => {
    if (video) video.volume = Number(volume.value) / 100;
  });
}
seekBar.addEventListener("input", () => {
  isDragged = true;
  show();
});
seekBar.addEventListener("change", () => {
  isDragged = false;
  pair.seek(Number(seekBar.value) / 1000);
});
const speed = /** @type {HTMLSelectElement} */ (need("[data-speed]", player));
speed.addEventListener("change", () => pair.setSpeed(Number(speed.value)));
canvas.addEventListener("pointerdown", (event) => pair.seek(strip.timeAt(event) / 1000));

addEventListener("keydown", (event) => {
  if (isTyping(event) || !(event.target instanceof Element)) return;
  const isOnControl = event.target.matches("button, a");
  if (event.key === " " && !isOnControl) toggle();
  else if (event.key === "ArrowLeft") jump(-STEP_MS);
  else if (event.key === "ArrowRight") jump(STEP_MS);
  else return;
  event.preventDefault();
});

keepView(data.path, () => {
  pair.pause();
  tell(word("view_lost"));
});
show();
strip.load(data.sides).catch(() => strip.draw());
