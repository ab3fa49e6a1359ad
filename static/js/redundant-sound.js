// Sound that outlives lost packets: each packet carries the one before it once more (RED, RFC 2198).
// On a network that loses every twentieth packet, little is left to be made up by the other side.
// Opus' own correction, which works only for what it takes for speech, is not enough for that.

const REDUNDANT = "audio/red";

/**
 * Prefer redundant sound in what is negotiated next; a browser that does not know it sends none.
 * @param {RTCRtpTransceiver} transceiver
 */
export function preferRedundantSound(transceiver) {
  if (transceiver.receiver.track.kind !== "audio") return;
  const codecs = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const redundant = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === REDUNDANT);
  if (redundant.length === 0) return;
  const others = codecs.filter((codec) => !redundant.includes(codec));
  transceiver.setCodecPreferences([...redundant, ...others]);
}
