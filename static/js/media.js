// The camera and the microphone of this device.

/** @typedef {"audio" | "video"} Kind */
/** @typedef {"denied" | "missing" | "busy" | "insecure"} MediaProblem */
/** @typedef {"user" | "environment"} Facing */
/**
 * @typedef {object} Wish
 * @property {boolean} video
 * @property {boolean} audio
 * @property {string} [cameraId]
 * @property {string} [microphoneId]
 * @property {Facing} [facing] which of a phone's cameras, before `cameraId`
 */
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
/** @type {Record<Kind, string>} */
const PERMISSIONS = { video: "camera", audio: "microphone" };

/**
 * Open what is wished for. Where one of the two cannot be had, the other comes alone, and `problem`
 * says why; where neither can, `stream` is null.
 * @param {Wish} wish
 * @returns {Promise<Opened>}
 */
export async function openMedia(wish) {
  // Browsers hide the devices from pages that did not come over HTTPS (or from this machine).
  if (!navigator.mediaDevices) return { stream: null, problem: "insecure" };
  const whole = await attemptChosen(wish);
  if (whole.problem === null || !(wish.video && wish.audio)) return whole;
  const kinds = whole.problem === "denied" ? await kindsStillAllowed() : ["video", "audio"];
  /** @type {MediaStreamTrack[]} */
  const tracks = [];
  for (const kind of kinds) {
    const part = await attemptChosen({ ...wish, video: kind === "video", audio: kind === "audio" });
    tracks.push(...(part.stream?.getTracks() ?? []));
  }
  return { stream: tracks.length ? new MediaStream(tracks) : null, problem: whole.problem };
}

/**
 * A chosen device that was unplugged since gives way to another one. (As a mere wish, a choice is
 * not always heeded.)
 * @param {Wish} wish
 * @returns {Promise<Opened>}
 */
async function attemptChosen(wish) {
  const opened = await attempt(wish);
  const isChosen = wish.cameraId || wish.microphoneId;
  if (opened.problem !== "missing" || !isChosen) return opened;
  return attempt({ ...wish, cameraId: undefined, microphoneId: undefined });
}

/**
 * @param {Wish} wish
 * @returns {Promise<Opened>}
 */
async function attempt(wish) {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 30 } };
  const camera = wish.facing ? { facingMode: { ideal: wish.facing } } : device(wish.cameraId);
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: wish.video && { ...size, ...camera },
      audio: wish.audio && { ...device(wish.microphoneId) },
    });
    return { stream, problem: null };
  } catch (error) {
    // Not only a DOMException: an OverconstrainedError is none in Firefox.
    const problem = error instanceof Error ? PROBLEMS[error.name] : undefined;
    if (problem === undefined) throw error;
    return { stream: null, problem };
  }
}

/** @param {string | undefined} id */
function device(id) {
  return id ? { deviceId: { exact: id } } : {};
}

/**
 * After a refusal: the kind that was not refused, if only one was. Asking again for what was
 * refused would only open the browser's question a second time.
 * @returns {Promise<Kind[]>}
 */
async function kindsStillAllowed() {
  const [camera, microphone] = await Promise.all([permission("video"), permission("audio")]);
  if (camera?.state === "denied" && microphone?.state !== "denied" && microphone) return ["audio"];
  if (microphone?.state === "denied" && camera?.state !== "denied" && camera) return ["video"];
  return [];
}

/**
 * @param {Kind} kind
 * @returns {Promise<PermissionStatus | null>} null where the browser cannot be asked
 */
export async function permission(kind) {
  try {
    const name = /** @type {PermissionName} */ (PERMISSIONS[kind]);
    return await navigator.permissions.query({ name });
  } catch {
    return null;
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

/**
 * A picture of oneself is a mirror, but not that of a phone's back camera: a letter is to be read.
 * @param {HTMLVideoElement} video
 * @param {MediaStreamTrack | null} track that it shows
 */
export function mirror(video, track) {
  video.classList.toggle("is-back", track?.getSettings().facingMode === "environment");
}
