// A span that runs down, told each second.

export class Countdown {
  /** @param {(left_s: number) => void} tell called at once, then each second until it is stopped */
  constructor(tell) {
    this.tell = tell;
    this.endsAt = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.beat = undefined;
  }

  get isRunning() {
    return this.beat !== undefined;
  }

  /** @param {number} span_s */
  start(span_s) {
    this.stop();
    this.endsAt = performance.now() + span_s * 1000;
    this.beat = setInterval(() => this.say(), 1000);
    this.say();
  }

  stop() {
    clearInterval(this.beat);
    this.beat = undefined;
  }

  say() {
    this.tell(Math.max(0, Math.ceil((this.endsAt - performance.now()) / 1000)));
  }
}
