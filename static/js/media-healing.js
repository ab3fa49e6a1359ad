// When a camera or a microphone that was lost may be had again: each time it is tried anew.

import { listDevices, permission } from "./media.js";

/** @type {import("./media.js").Kind[]} */
const KINDS = ["audio", "video"];
const LOOK_MS = 5_000;

/**
 * @param {import("./own-media.js").OwnMedia} own
 * @param {AbortSignal} [signal] ends it
 */
export async function wireHealing(own, signal) {
  const look = () => lookAround(own);
  // Plugged in, or unplugged.
  navigator.mediaDevices?.addEventListener("devicechange", look, { signal });
  // Back from a phone call, or from another program.
  document.addEventListener("visibilitychange", () => document.hidden || own.heal(), { signal });
  // Not every system tells; and that a program lets a camera go, none does.
  const looking = setInterval(look, LOOK_MS);
  signal?.addEventListener("abort", () => clearInterval(looking));
  for (const kind of KINDS) {
    const status = await permission(kind);
    const allowed = () => status?.state === "granted" && retry(own, kind);
    status?.addEventListener("change", allowed, { signal });
  }
}

/** @param {import("./own-media.js").OwnMedia} own */
async function lookAround(own) {
  const { cameras, microphones } = await listDevices();
  const present = { video: cameras, audio: microphones };
  for (const kind of KINDS) {
    const track = own.track(kind);
    const trouble = own.troubles[kind];
    if (track && isGone(track, present[kind])) own.lose(kind, track);
    else if (trouble === "busy" || (trouble === "missing" && present[kind].length))
      own.open([kind]);
  }
}

/**
 * A microphone that was unplugged may go on, silent: nothing but the list of devices shows it.
 * @param {MediaStreamTrack} track
 * @param {MediaDeviceInfo[]} devices of its kind
 */
function isGone(track, devices) {
  const id = track.getSettings().deviceId;
  const areNamed = devices.every(({ deviceId }) => deviceId !== "");
  return Boolean(id) && areNamed && devices.every(({ deviceId }) => deviceId !== id);
}

/**
 * Allowed after all, in the browser's settings.
 * @param {import("./own-media.js").OwnMedia} own
 * @param {import("./media.js").Kind} kind
 */
function retry(own, kind) {
  if (own.sending(kind) === "none") own.open([kind]);
}
