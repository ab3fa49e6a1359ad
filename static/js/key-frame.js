// A whole picture for a new path. What is sent of a picture are changes to the one before; after a
// gap the other side can show none of them, and asks for a whole one (a key frame). Its first asking
// goes down the lost path, and the next follows only 3 s later: so the sender does not wait for it.

/**
 * Send a key frame whenever another path has been taken into use.
 * @param {RTCPeerConnection} pc that is connected
 */
export function refreshOnNewPath(pc) {
  // The camera may come later: what its place is for is told by the other direction.
  const picture = pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
  const path = picture?.sender.transport?.iceTransport;
  if (path) path.onselectedcandidatepairchange = () => sendKeyFrame(picture.sender);
}

/** @param {RTCRtpSender} sender */
async function sendKeyFrame(sender) {
  const options = { encodingOptions: [{ keyFrame: true }] };
  try {
    // webrtc-extensions, 5.2; browsers that do not know it leave the second argument unread.
    await sender.setParameters(sender.getParameters(), options);
  } catch (error) {
    // Closed, or being set by somebody else meanwhile: then the other side asks, as ever.
    if (!(error instanceof DOMException)) throw error;
  }
}
