// The camera and the microphone of this device.

/** @typedef {"denied" | "missing" | "busy" | "insecure"} MediaProblem */
/** @typedef {{video: boolean, audio: boolean, cameraId?: string, microphoneId?: string}} Wish */
/** @typedef {{stream: MediaStream | null, problem: MediaProblem | null}} Opened */

/** @type {Record<string, MediaProblem>} */
const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * Open what is wished for. Where one of the two cannot be had, the other comes alone, and `problem`
 * says why; where neither can, `stream` is null.
 * @param {Wish} wish
 * @returns {Promise<Opened>}
 */
export async function openMedia(wish) {
  // Browsers hide the devices from pages that did not come over HTTPS (or from this machine).
  if (!navigator.mediaDevices) return { stream: null, problem: "insecure" };
  const whole = await attempt(wish);
  if (whole.problem === null || !(wish.video && wish.audio)) return whole;
  const kinds = whole.problem === "denied" ? await kindsStillAllowed() : ["video", "audio"];
  /** @type {MediaStreamTrack[]} */
  const tracks = [];
  for (const kind of kinds) {
    const part = await attempt({ ...wish, video: kind === "video", audio: kind === "audio" });
    tracks.push(...(part.stream?.getTracks() ?? []));
  }
  return { stream: tracks.length ? new MediaStream(tracks) : null, problem: whole.problem };
}

/**
 * @param {Wish} wish
 * @returns {Promise<Opened>}
 */
async function attempt(wish) {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 30 } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: wish.video && { ...size, ...device(wish.cameraId) },
      audio: wish.audio && { ...device(wish.microphoneId) },
    });
    return { stream, problem: null };
  } catch (error) {
    const problem = error instanceof DOMException ? PROBLEMS[error.name] : undefined;
    if (problem === undefined) throw error;
    return { stream: null, problem };
  }
}

/**
 * A wish, not a demand: a device that was unplugged since gives way to another one.
 * @param {string | undefined} id
 */
function device(id) {
  return id ? { deviceId: { ideal: id } } : {};
}

/**
 * After a refusal: the kind that was not refused, if only one was. Asking again for what was
 * refused would only open the browser's question a second time.
 * @returns {Promise<string[]>}
 */
async function kindsStillAllowed() {
  const [camera, microphone] = await Promise.all([permission("camera"), permission("microphone")]);
  if (camera === "denied" && microphone !== "denied") return ["audio"];
  if (microphone === "denied" && camera !== "denied") return ["video"];
  return [];
}

/**
 * @param {string} name
 * @returns {Promise<PermissionState>} "denied" too where the browser cannot be asked
 */
async function permission(name) {
  try {
    const status = await navigator.permissions.query({
      name: /** @type {PermissionName} */ (name),
    });
    return status.state;
  } catch {
    return "denied";
  }
}

/**
 * What can be chosen from. Labels are empty until a device has been opened once.
 * @returns {Promise<{cameras: MediaDeviceInfo[], microphones: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}>}
 */
export async function listDevices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (/** @type {MediaDeviceKind} */ kind) => all.filter((one) => one.kind === kind);
  return { cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") };
}

/**
 * Let the devices go; their lights go out.
 * @param {MediaStream | null} stream
 */
export function closeMedia(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
