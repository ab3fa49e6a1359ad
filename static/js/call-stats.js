// What a peer connection tells of itself, as figures of the seconds between two readings.

/** @typedef {"direct_udp" | "direct_tcp" | "relay_udp" | "relay_tcp" | "relay_tls"} Path */
/**
 * @typedef {object} Reading running totals of a connection
 * @property {number} at_ms
 * @property {number} lost packets that did not come
 * @property {number} received packets that came
 * @property {number} bytesIn
 * @property {number} bytesOut
 */
/**
 * @typedef {object} Figures
 * @property {number} loss_percent the worse of the two directions, 0 to 100
 * @property {number} loss_out_percent of what was sent, as the other side reports it
 * @property {number | null} rtt_ms there and back
 * @property {number} in_kbps
 * @property {number} out_kbps
 * @property {number | null} available_kbps the browser's estimate of what may be sent
 * @property {Path | null} path null without one
 */
/** @typedef {Record<string, any>} Stats one of getStats' reports; which fields it has, browsers differ in */
/** @typedef {{get(id: string): Stats | undefined, values(): Iterable<Stats>}} Report */

/**
 * @param {Report} report
 * @param {Reading | null} before the reading before it, of the same connection
 * @returns {{figures: Figures, reading: Reading}}
 */
export function measure(report, before) {
  const all = [...report.values()];
  const pair = chosenPair(report, all);
  const reading = readingOf(all, pair);
  const past = before ?? reading;
  const seconds = Math.max((reading.at_ms - past.at_ms) / 1000, 0.001);
  const kbps = (/** @type {number} */ bytes) => Math.max(0, (bytes * 8) / 1000 / seconds);
  const loss_out_percent = lossOut(all);
  const available = pair?.availableOutgoingBitrate;
  return {
    reading,
    figures: {
      loss_percent: Math.max(lossIn(reading, past), loss_out_percent),
      loss_out_percent,
      rtt_ms: delay(all, pair),
      in_kbps: kbps(reading.bytesIn - past.bytesIn),
      out_kbps: kbps(reading.bytesOut - past.bytesOut),
      available_kbps: available === undefined ? null : available / 1000,
      path: pathOf(report, pair),
    },
  };
}

/**
 * The transport names the pair in use; Firefox marks it instead.
 * @param {Report} report
 * @param {Stats[]} all
 */
export function chosenPair(report, all) {
  const id = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
  if (id) return report.get(id);
  return all.find((one) => one.type === "candidate-pair" && one.selected);
}

/**
 * @param {Stats[]} all
 * @param {Stats | undefined} pair
 * @returns {Reading}
 */
function readingOf(all, pair) {
  const inbound = all.filter((one) => one.type === "inbound-rtp");
  const sum = (/** @type {string} */ name) =>
    inbound.reduce((total, one) => total + (one[name] ?? 0), 0);
  return {
    at_ms: pair?.timestamp ?? inbound[0]?.timestamp ?? 0,
    lost: sum("packetsLost"),
    received: sum("packetsReceived"),
    bytesIn: pair?.bytesReceived ?? 0,
    bytesOut: pair?.bytesSent ?? 0,
  };
}

/**
 * A packet that came late after all makes the total of the lost smaller.
 * @param {Reading} now
 * @param {Reading} past
 */
function lossIn(now, past) {
  const lost = Math.max(0, now.lost - past.lost);
  const received = Math.max(0, now.received - past.received);
  return lost + received ? (100 * lost) / (lost + received) : 0;
}

/** @param {Stats[]} all */
function lossOut(all) {
  const shares = all
    .filter((one) => one.type === "remote-inbound-rtp")
    .map((one) => one.fractionLost ?? 0);
  return 100 * Math.min(1, Math.max(0, ...shares));
}

/**
 * @param {Stats[]} all
 * @param {Stats | undefined} pair
 */
function delay(all, pair) {
  const told = [
    pair?.currentRoundTripTime,
    ...all.filter((one) => one.type === "remote-inbound-rtp").map((one) => one.roundTripTime),
  ];
  const seconds = told.find((one) => one !== undefined);
  return seconds === undefined ? null : seconds * 1000;
}

/**
 * Through a relay of one's own it counts how the relay is reached; through the other side's alone,
 * what leaves here is plain UDP or TCP to that relay.
 * @param {Report} report
 * @param {Stats | undefined} pair
 * @returns {Path | null}
 */
function pathOf(report, pair) {
  const own = pair && report.get(pair.localCandidateId);
  if (!own) return null;
  const isTcp = own.protocol === "tcp";
  if (own.candidateType === "relay") {
    if (own.relayProtocol === "tls") return "relay_tls";
    return own.relayProtocol === "tcp" ? "relay_tcp" : "relay_udp";
  }
  const theirs = report.get(pair.remoteCandidateId);
  if (theirs?.candidateType === "relay") return isTcp ? "relay_tcp" : "relay_udp";
  return isTcp ? "direct_tcp" : "direct_udp";
}
