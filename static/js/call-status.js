// What a call's page says about its connection: one word, and a sentence while somebody must know.

/** @typedef {import("./peer.js").Link} Link */
/**
 * @typedef {object} Facts
 * @property {boolean} online whether the socket to the desk is up
 * @property {boolean} wasOnline whether it has been up since the page was loaded
 * @property {boolean} present whether the other side's page is there
 * @property {boolean} met whether it has been there since the page was loaded
 * @property {Link} link the connection between the two browsers
 */
/** @typedef {"connecting" | "connected" | "lost"} Word */
/** @typedef {{word: Word, sentence: string | null}} Status `sentence` is the name of its words */

/**
 * A picture that still runs is "connected"; that the desk is away is said beside it.
 * @param {Facts} facts
 * @returns {Status}
 */
export function statusOf({ online, wasOnline, present, met, link }) {
  if (link === "connected") {
    return { word: "connected", sentence: !online && wasOnline ? "desk_lost" : null };
  }
  if (!online && wasOnline) return { word: "lost", sentence: "self_lost" };
  if (!online) return { word: "connecting", sentence: null };
  if (!present) {
    return met
      ? { word: "lost", sentence: "peer_lost" }
      : { word: "connecting", sentence: "peer_awaited" };
  }
  if (link === "disconnected" || link === "failed") {
    return { word: "lost", sentence: "path_lost" };
  }
  return { word: "connecting", sentence: "path_sought" };
}
