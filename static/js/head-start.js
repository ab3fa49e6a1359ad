// What a call needs of the server and of the machine, begun while its page is still being fetched:
// its seat and the devices. People see each other a good deal earlier.

import { chosenDevices } from "./device-choice.js";
import { closeMedia, openMedia } from "./media.js";
import { pageData } from "./page-data.js";
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

/** @param {string} url of the call's page, which is being fetched */
export function startAhead(url) {
  early = new Seat(url);
  opening = openMedia({ audio: true, video: !isLive(camera), ...chosenDevices() });
}

/**
 * Speak with the other side before there is anything to see; showing the page would hold it up.
 * @param {Document} page of the call
 */
export async function connectAhead(page) {
  early?.begin(pageData(page));
  await early?.firstWord();
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
