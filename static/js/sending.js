// What each side of a call sends: sound and picture, or on a weak network sound alone. Each side
// tells the other of itself, and both pages say it.

import { showPeerMedia, showQuality, showSoundOnly } from "./sending-view.js";

/** @typedef {import("./own-media.js").Sending} Sending */
/** @typedef {{audio: Sending, video: Sending}} Media */
/** @typedef {import("./quality.js").Report} Report */

export class SendingNews {
  /** @param {import("socket.io-client").Socket} socket */
  constructor(socket) {
    this.socket = socket;
    /** @type {Media | null} */
    this.own = null;
    this.soundOnly = { own: false, peer: false };
    socket.on("media", showPeerMedia);
    socket.on("quality", (/** @type {Report} */ report) => this.alone({ peer: report.sound_only }));
  }

  /** @param {Media} media one's own, as it is now */
  tell(media) {
    if (media.audio === this.own?.audio && media.video === this.own?.video) return;
    this.own = media;
    this.tellAgain();
  }

  /** To a page of the other side that has just come. */
  tellAgain() {
    if (this.own && this.socket.connected) this.socket.emit("media", this.own);
  }

  /** The other side's page is gone, and what it said with it. */
  forgetPeer() {
    showPeerMedia(null);
    this.alone({ peer: false });
  }

  /** @param {Report} report how good the connection is, as measured here */
  measured(report) {
    showQuality(report);
    this.alone({ own: report.sound_only });
  }

  /** @param {Partial<{own: boolean, peer: boolean}>} news */
  alone(news) {
    showSoundOnly(Object.assign(this.soundOnly, news));
  }
}
