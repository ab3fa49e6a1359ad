// What a call's page says about its connection: one word, and a sentence while somebody must know.

/** @typedef {import("./peer.js").Link} Link */
/**
 * @typedef {object} Facts
 * @property {boolean} online whether the socket to the desk is up
 * @property {boolean} wasOnline whether it has been up since the page was loaded
 * @property {boolean} lapsed whether it is down for longer than the desk keeps a call
 * @property {boolean} restarting whether the desk has said that it restarts
 * @property {boolean | null} present whether the other side's page is there; null while unknown
 * @property {string | null} peerSeenAt when the desk saw it last, ISO 8601; null while unknown
 * @property {boolean} met whether it has ever been there
 * @property {boolean} late whether it has not come in the time it had
 * @property {Link} link the connection between the two browsers
 */
/** @typedef {"connecting" | "connected" | "lost"} Word */
/** @typedef {{word: Word, sentence: string | null}} Status `sentence` is the name of its words */

/**
 * A picture that still runs is "connected"; that the desk is away is said beside it.
 * @param {Facts} facts
 * @returns {Status}
 */
export function statusOf(facts) {
  const { online, wasOnline, lapsed, restarting, present, link } = facts;
  if (link === "connected") return { word: "connected", sentence: besideThePicture(facts) };
  if (lapsed) return { word: "lost", sentence: "call_doubtful" };
  if (restarting) return { word: "connecting", sentence: "desk_restarts" };
  if (!online && wasOnline) return { word: "lost", sentence: "self_lost" };
  if (present === null) return { word: "connecting", sentence: null };
  if (!present) return withoutTheOther(facts);
  if (link === "disconnected" || link === "failed" || link === "stalled") {
    return { word: "lost", sentence: "path_lost" };
  }
  return { word: "connecting", sentence: "path_sought" };
}

/** @param {Facts} facts */
function besideThePicture({ online, wasOnline, lapsed, restarting, present, met }) {
  if (lapsed) return "call_doubtful";
  if (restarting) return "desk_restarts";
  if (!online && wasOnline) return "desk_lost";
  return present === false && met ? "peer_lost" : null;
}

/**
 * @param {Facts} facts
 * @returns {Status}
 */
function withoutTheOther({ met, late }) {
  if (met) return { word: "lost", sentence: "peer_lost" };
  return { word: "connecting", sentence: late ? "peer_missing" : "peer_awaited" };
}
