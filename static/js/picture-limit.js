// How much of the picture is sent.

/** @typedef {import("./thrift.js").Mode} Mode */

/**
 * A face and a card need no more than the first. The second is a small picture, which shows whether
 * one fits at all.
 * @type {Record<Mode, Partial<RTCRtpEncodingParameters>>}
 */
const LIMITS = {
  picture: { active: true, maxBitrate: 1_500_000, scaleResolutionDownBy: 1 },
  try: { active: true, maxBitrate: 400_000, scaleResolutionDownBy: 3 },
  sound: { active: false },
};

const TRIES = 3;
const PAUSE_MS = 100;

/**
 * @param {RTCPeerConnection} pc connected, for only then has every browser the encodings to limit
 * @param {Mode} mode
 */
export async function limitPicture(pc, mode) {
  const picture = pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
  for (let left = TRIES; picture; left -= 1) {
    try {
      return await limit(picture.sender, mode);
    } catch (error) {
      // A key frame is asked for by the same parameters (key-frame.js), and soon was.
      const isBeingSet = error instanceof DOMException && error.name === "InvalidStateError";
      if (!isBeingSet || left === 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/**
 * @param {RTCRtpSender} sender
 * @param {Mode} mode
 */
async function limit(sender, mode) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  for (const encoding of parameters.encodings) Object.assign(encoding, LIMITS[mode]);
  await sender.setParameters(parameters);
}
