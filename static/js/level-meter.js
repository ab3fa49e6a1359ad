// How loud a microphone is, as a row of bars; and whether anything has been heard at all.

const LOOK_MS = 80;
const HEARD = 0.02;

export class LevelMeter {
  /**
   * @param {HTMLElement} row whose children light up
   * @param {() => void} heard called once something is loud enough
   */
  constructor(row, heard) {
    this.row = row;
    this.heard = heard;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.looking = undefined;
  }

  /** @param {MediaStreamTrack} track */
  listen(track) {
    this.stop();
    this.context = new AudioContext();
    const analyser = new AnalyserNode(this.context, { fftSize: 1024 });
    this.context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    // Some browsers keep an unasked sound engine asleep until somebody touches the page.
    const wake = () => this.context?.state === "suspended" && this.context.resume();
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, wake, { once: true });
    }
    const samples = new Float32Array(analyser.fftSize);
    this.looking = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.show(loudness(samples));
    }, LOOK_MS);
  }

  stop() {
    clearInterval(this.looking);
    this.context?.close();
    this.context = null;
    this.show(0);
  }

  /** @param {number} level 0 to 1 */
  show(level) {
    const lit = Math.round(Math.min(1, level * 4) * this.row.childElementCount);
    for (const [index, bar] of [...this.row.children].entries()) {
      bar.classList.toggle("is-lit", index < lit);
    }
    if (level > HEARD) this.heard();
  }
}

/**
 * Root mean square.
 * @param {Float32Array} samples -1 to 1
 */
function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
