// Whether a relay can be reached from this network. Credentials are for the two people of a call
// alone, so the relay is asked without: that it refuses (401, RFC 8489) shows that it is there.

/** @typedef {"ok" | "bad" | "unknown"} Reached unknown: this browser does not tell */

const REFUSED = 401;
const LONGEST_MS = 8_000;

/**
 * @param {string} url of a TURN server, with its transport
 * @returns {Promise<Reached>}
 */
export function probeRelay(url) {
  const server = { urls: url, username: "0:check", credential: "check" };
  return gather({ iceServers: [server], iceTransportPolicy: "relay" }, (pc, found) => {
    let hasFailed = false;
    pc.onicecandidateerror = ({ errorCode }) => {
      if (errorCode === REFUSED) found("ok");
      else hasFailed = true;
    };
    return () => (hasFailed ? "bad" : "unknown");
  });
}

/**
 * Whether an answer comes over plain UDP: what a STUN server says of one's own address.
 * @param {string} url of a STUN server
 * @returns {Promise<Reached>}
 */
export function probeUdp(url) {
  return gather({ iceServers: [{ urls: url }] }, (pc, found) => {
    let hasFailed = false;
    pc.onicecandidateerror = () => {
      hasFailed = true;
    };
    pc.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.type === "srflx") found("ok");
    });
    return () => (hasFailed ? "bad" : "unknown");
  });
}

/**
 * @param {RTCConfiguration} configuration
 * @param {(pc: RTCPeerConnection, found: (reached: Reached) => void) => () => Reached} watch
 *   returns what is concluded when all was gathered, or the time is over, and nothing was found
 * @returns {Promise<Reached>}
 */
async function gather(configuration, watch) {
  const pc = new RTCPeerConnection(configuration);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  try {
    return await new Promise((resolve, reject) => {
      const conclude = watch(pc, resolve);
      waiting = setTimeout(() => resolve(conclude()), LONGEST_MS);
      pc.onicegatheringstatechange = () => {
        if (pc.iceGatheringState === "complete") resolve(conclude());
      };
      pc.createDataChannel("check");
      pc.setLocalDescription().catch(reject);
    });
  } finally {
    clearTimeout(waiting);
    pc.close();
  }
}
