// Whether anything still comes over a connection. A browser notices a dead path after 5 s or more.
// Sound comes every 20 ms, even while it is muted, and so does word of the pictures that are sent.
// Silence means nothing where no such stream was: without any device on either side there are only
// the checks of the path, which Chromium makes every 2.5 s and Firefox, which tells of its own
// alone, every 5 s. Of checks only those of the path in use count: others may well be alive, and the
// browser takes its time to take one of them.

import { chosenPair } from "./call-stats.js";

const LOOK_MS = 500;
const STREAM_AFTER = 4;
const STALLED_AFTER = 4;

/**
 * @typedef {object} Received in total
 * @property {number} packets of sound and pictures
 * @property {string | undefined} pair the path in use
 * @property {number} bytes on that path: of those packets, and of the other side's word about ours
 * @property {number} checks of that path
 */

/**
 * @param {RTCPeerConnection} pc watched until it is closed
 * @param {(stalled: boolean) => void} changed
 */
export function watchPath(pc, changed) {
  /** @type {Received} */
  let before = { packets: 0, pair: undefined, bytes: 0, checks: 0 };
  let isStream = false;
  let [busy, silent] = [0, 0];
  const looking = setInterval(async () => {
    if (pc.connectionState === "closed") return clearInterval(looking);
    const now = await received(pc);
    const { media, bytes, checks } = newsOf(now, before);
    before = now;
    busy = media || bytes ? busy + 1 : 0;
    const comes = busy > 0 || checks;
    if (media || busy >= STREAM_AFTER) isStream = true;
    else if (comes && (!bytes || silent >= STALLED_AFTER)) isStream = false;
    if (comes && silent >= STALLED_AFTER) changed(false);
    silent = comes ? 0 : silent + 1;
    if (silent === STALLED_AFTER && isStream && pc.connectionState === "connected") changed(true);
  }, LOOK_MS);
}

/**
 * What has come since. Another path counts from nothing: that it was taken is no sign of life.
 * @param {Received} now
 * @param {Received} before
 */
function newsOf(now, before) {
  const isSame = now.pair === before.pair;
  return {
    media: now.packets > before.packets,
    bytes: isSame && now.bytes > before.bytes,
    checks: isSame && now.checks > before.checks,
  };
}

/**
 * @param {RTCPeerConnection} pc
 * @returns {Promise<Received>}
 */
async function received(pc) {
  const report = await pc.getStats();
  const all = [...report.values()];
  const pair = chosenPair(report, all);
  return {
    packets: all
      .filter(({ type }) => type === "inbound-rtp")
      .reduce((total, { packetsReceived }) => total + packetsReceived, 0),
    pair: pair?.id,
    bytes: pair?.bytesReceived ?? 0,
    checks: (pair?.requestsReceived ?? 0) + (pair?.responsesReceived ?? 0),
  };
}
