// Which camera, microphone and speaker somebody has chosen: kept for the next page and the next day.

/** @typedef {{cameraId?: string, microphoneId?: string, speakerId?: string}} DeviceChoice */

const KEPT = "devices";

/** @returns {DeviceChoice} */
export function chosenDevices() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    // Storage can be closed to a page, or hold what another version of it wrote.
    return {};
  }
}

/** @param {DeviceChoice} choice what is chosen anew; the rest stays */
export function chooseDevices(choice) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...chosenDevices(), ...choice }));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * Sound comes out where it was chosen to, where the browser lets a page choose.
 * @param {HTMLMediaElement | AudioContext} sound
 */
export async function useSpeaker(sound) {
  const { speakerId } = chosenDevices();
  if (!speakerId || !("setSinkId" in sound)) return;
  try {
    await sound.setSinkId(speakerId);
  } catch (error) {
    // Unplugged since: then it is the usual one.
    if (!(error instanceof DOMException)) throw error;
  }
}
