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

/**
 * @param {RTCPeerConnection} pc connected, for only then has every browser the encodings to limit
 * @param {Mode} mode
 */
export async function limitPicture(pc, mode) {
  const picture = pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
  const parameters = picture?.sender.getParameters();
  if (!picture || !parameters?.encodings?.length) return;
  for (const encoding of parameters.encodings) Object.assign(encoding, LIMITS[mode]);
  await picture.sender.setParameters(parameters);
}
