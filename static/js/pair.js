// Two videos as one: played, paused and sought together, and kept in step. One of them leads; the
// other is hurried or held by a little, and sought where it is far off.

const LOOK_MS = 200;
// What is too little to hear or see, and what no hurrying would catch up in time.
const IN_STEP_S = 0.02;
const FAR_OFF_S = 0.3;
const HURRY = 0.06;
const LONGEST_SEEK_MS = 8000;

export class Pair {
  /**
   * @param {HTMLVideoElement[]} videos one or two, of one time
   * @param {() => void} changed is told of every change: playing, position, the end
   */
  constructor(videos, changed) {
    this.videos = videos;
    this.changed = changed;
    this.speed = 1;
    this.wanted = false;
    this.seeks = 0;
    for (const video of videos) {
      for (const name of ["waiting", "canplay", "ended", "timeupdate", "durationchange"]) {
        video.addEventListener(name, () => this.look());
      }
    }
    setInterval(() => this.look(), LOOK_MS);
  }

  /** Seconds of the longer one. */
  get length() {
    return Math.max(0, ...this.videos.map(lengthOf));
  }

  /** Seconds from the recording's zero. */
  get position() {
    return this.leader.currentTime;
  }

  /** Whether it plays, or will as soon as there is something to play. */
  get isPlaying() {
    return this.wanted;
  }

  /** The one that goes on longest: at the end of the other it is still there. */
  get leader() {
    return this.videos.reduce((best, one) => (lengthOf(one) > lengthOf(best) ? one : best));
  }

  async play() {
    if (this.position >= this.length - 0.05) await this.seek(0);
    this.wanted = true;
    this.look();
  }

  pause() {
    this.wanted = false;
    this.look();
  }

  /** @param {number} speed 1 is as it was */
  setSpeed(speed) {
    this.speed = speed;
    for (const video of this.videos) video.playbackRate = speed;
  }

  /**
   * Go to a place, both, and go on from there only together.
   * @param {number} seconds
   */
  async seek(seconds) {
    const place = Math.min(Math.max(0, seconds), this.length);
    this.seeks += 1;
    this.look();
    await Promise.all(this.videos.map((video) => sought(video, Math.min(place, lengthOf(video)))));
    this.seeks -= 1;
    this.look();
  }

  look() {
    if (this.wanted && this.leader.ended) this.wanted = false;
    const live = this.videos.filter((video) => !isOver(video));
    const isReady = live.every((video) => video.readyState >= video.HAVE_FUTURE_DATA);
    // Where one waits for its bytes, both wait.
    const goes = this.wanted && !this.seeks && isReady;
    for (const video of live) {
      if (goes && video.paused) video.play().catch(() => this.pause());
      if (!goes && !video.paused) video.pause();
    }
    if (goes) this.keepInStep(live);
    this.changed();
  }

  /** @param {HTMLVideoElement[]} live */
  keepInStep(live) {
    for (const video of live) {
      if (video === this.leader || video.seeking) continue;
      const behind = this.leader.currentTime - video.currentTime;
      if (Math.abs(behind) > FAR_OFF_S) video.currentTime = this.leader.currentTime;
      const hurry = Math.abs(behind) > IN_STEP_S ? Math.sign(behind) * HURRY : 0;
      const rate = this.speed * (1 + hurry);
      if (video.playbackRate !== rate) video.playbackRate = rate;
    }
  }
}

/** @param {HTMLVideoElement} video */
function lengthOf(video) {
  return Number.isFinite(video.duration) ? video.duration : 0;
}

/** @param {HTMLVideoElement} video */
function isOver(video) {
  return video.ended || (lengthOf(video) > 0 && video.currentTime >= lengthOf(video));
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} seconds
 */
function sought(video, seconds) {
  return new Promise((done) => {
    video.addEventListener("seeked", done, { once: true });
    // One that has failed never says that it is there.
    setTimeout(done, LONGEST_SEEK_MS);
    video.currentTime = seconds;
  });
}
