// The other side's picture, in the place of a page that gives way to the call's. It stands where the
// call's page has it, so that the rest can be drawn around it: people see each other before.

import { copyOf, need } from "./elements.js";

/** Where the picture takes longer, what else the page has is worth more than the wait for it. */
const PATIENCE_MS = 400;

export class Arrival {
  /** Nothing else is on the page from now on. */
  constructor() {
    const body = copyOf("arrival");
    this.video = /** @type {HTMLVideoElement} */ (need("video", body));
    document.body.replaceChildren(body);
    document.body.className = "arriving";
    /** Resolved once the picture is seen, and after a while without one. */
    this.seen = new Promise((resolve) => {
      this.video.requestVideoFrameCallback(resolve);
      setTimeout(resolve, PATIENCE_MS);
    });
  }

  /** @param {MediaStream} stream */
  show(stream) {
    this.video.srcObject = stream;
    // The picture says it.
    document.querySelector(".arrival [role=alert]")?.remove();
  }

  /**
   * Exchange this for the page. The picture goes on: a video that is moved at once never stops.
   * @param {HTMLElement} body of the call's page
   */
  giveWay(body) {
    need("video[data-remote]", body).replaceWith(this.video);
    body.classList.toggle("is-live", this.video.srcObject !== null);
    document.body.replaceWith(body);
  }
}
