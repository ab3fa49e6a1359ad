// A call begun while its page is still to come: its seat, the devices, the connection. People see
// each other a good deal earlier.

import { Refused } from "./api.js";
import { chosenDevices } from "./device-choice.js";
import { closeMedia, openMedia } from "./media.js";
import { Seat } from "./seat.js";

/** @typedef {import("./media.js").Opened} Opened */
/**
 * @typedef {object} Devices
 * @property {MediaStreamTrack | null} camera one that the page before the call has open
 * @property {Promise<Opened> | null} opening all that is needed besides
 */

/** @type {MediaStreamTrack | null} */
let camera = null;
/** @type {Promise<Opened> | null} */
let opening = null;
/** @type {Seat | null} */
let early = null;

/** @param {MediaStreamTrack | null} track a camera that the call may have as it is */
export function keepWarm(track) {
  camera = track;
}

/**
 * @param {string} url of the call's page, which is still to be fetched
 * @param {(stream: MediaStream) => void} show the other side's picture and sound, until that page does
 */
export function startAhead(url, show) {
  early = new Seat(url);
  early.show = show;
  opening = openMedia({ audio: true, video: !isLive(camera), ...chosenDevices() });
  connect(early, opening).catch((error) => {
    // The page asks for the same, and says what is wrong.
    if (!(error instanceof Refused)) throw error;
  });
}

/**
 * @param {Seat} seat
 * @param {Promise<Opened>} others the devices that are not open yet
 */
async function connect(seat, others) {
  const way = await seat.askWay();
  // Led on meanwhile, or the page was here first.
  if (!way.side || early !== seat) return;
  const peer = seat.begin(way);
  if (isLive(camera)) peer.setTrack("video", camera);
  const { stream } = await others;
  if (early !== seat) return;
  for (const track of stream?.getTracks() ?? []) {
    peer.setTrack(/** @type {import("./media.js").Kind} */ (track.kind), track);
  }
}

/** @returns {Seat} at this page's call: the one taken ahead, or a new one */
export function takeSeat() {
  const seat = early ?? new Seat(location.pathname);
  early = null;
  return seat;
}

/** @returns {Devices} what was opened ahead, once */
export function takeDevices() {
  const devices = { camera, opening };
  camera = opening = null;
  // Unplugged since: all is to be opened anew.
  if (!devices.camera || isLive(devices.camera)) return devices;
  devices.opening?.then(({ stream }) => closeMedia(stream));
  return { camera: null, opening: null };
}

/** @param {MediaStreamTrack | null} track */
function isLive(track) {
  return track?.readyState === "live";
}
