// The strip of a recording: how loud each side is, where something happened, where one is; small
// pictures below it.

import { read } from "./api.js";

/**
 * @typedef {{level_ms: number, levels: string, pictures: {at_ms: number, webp: string}[]}} Strip
 * @typedef {{side: string, url: string, has_strip: boolean}} Side
 * @typedef {{at_ms: number, kind: string}} Mark
 */

const BAR_PX = 3;
const LOUDEST = 255;

export class RecordingStrip {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} pictures
   * @param {number} lengthMs
   * @param {Mark[]} marks
   */
  constructor(canvas, pictures, lengthMs, marks) {
    this.canvas = canvas;
    this.pictures = pictures;
    this.lengthMs = Math.max(1, lengthMs);
    this.marks = marks;
    this.atMs = 0;
    /** @type {{levelMs: number, levels: Uint8Array}[]} */
    this.sides = [];
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      // The theme's script hears of it too, and may be the later one.
      setTimeout(() => this.draw());
    });
  }

  /** @param {Side[]} sides */
  async load(sides) {
    for (const { side, url, has_strip } of sides) {
      if (!has_strip) continue;
      const strip = /** @type {Strip} */ (await read(`${url}/strip`));
      const levels = Uint8Array.from(atob(strip.levels), (one) => one.charCodeAt(0));
      this.sides.push({ levelMs: strip.level_ms, levels });
      // The applicant's are those that one looks for.
      if (side === "applicant" || sides.length === 1) this.hang(strip.pictures);
      this.draw();
    }
  }

  /** @param {Strip["pictures"]} pictures */
  hang(pictures) {
    for (const { at_ms, webp } of pictures) {
      const image = new Image();
      image.src = `data:image/webp;base64,${webp}`;
      image.alt = "";
      image.style.insetInlineStart = `${(at_ms / this.lengthMs) * 100}%`;
      this.pictures.append(image);
    }
  }

  /** @param {number} atMs */
  moveTo(atMs) {
    if (Math.abs(atMs - this.atMs) < this.lengthMs / Math.max(1, this.canvas.clientWidth)) return;
    this.atMs = atMs;
    this.draw();
  }

  /**
   * Milliseconds of the recording under a pointer.
   * @param {PointerEvent} event
   */
  timeAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    return Math.min(1, Math.max(0, share)) * this.lengthMs;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const context = this.canvas.getContext("2d");
    if (!context || !width) return;
    const scale = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    context.scale(scale, scale);
    const style = getComputedStyle(this.canvas);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
    const row = height / Math.max(1, this.sides.length);
    this.sides.forEach((side, number) => {
      context.fillStyle = colour(number ? "--chart-2" : "--chart-1");
      this.drawSide(context, side, width, row * number, row);
    });
    for (const { at_ms, kind } of this.marks) {
      context.fillStyle = colour(kind === "gap" ? "--mv-warn" : "--mv-ink-3");
      context.fillRect((at_ms / this.lengthMs) * width, 0, 1, height);
    }
    context.fillStyle = colour("--mv-bad");
    context.fillRect((this.atMs / this.lengthMs) * width - 1, 0, 2, height);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{levelMs: number, levels: Uint8Array}} side
   * @param {number} width
   * @param {number} top
   * @param {number} height
   */
  drawSide(context, { levelMs, levels }, width, top, height) {
    for (let x = 0; x < width; x += BAR_PX) {
      const from = Math.floor(((x / width) * this.lengthMs) / levelMs);
      const until = Math.ceil((((x + BAR_PX) / width) * this.lengthMs) / levelMs);
      const loudest = Math.max(0, ...levels.subarray(from, Math.max(until, from + 1)));
      const bar = Math.max(1, (loudest / LOUDEST) * (height - 4));
      context.fillRect(x, top + (height - bar) / 2, BAR_PX - 1, bar);
    }
  }
}
