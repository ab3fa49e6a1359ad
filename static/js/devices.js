// Fields in which camera, microphone and speaker are chosen. A choice counts at once.

import { chooseDevices, chosenDevices } from "./device-choice.js";
import { need } from "./elements.js";
import { listDevices } from "./media.js";
import { word } from "./words.js";

/** @typedef {import("./media.js").Kind} Kind */
/**
 * @typedef {object} Wiring
 * @property {ParentNode} within where the fields are
 * @property {(kind: Kind) => MediaStreamTrack | null} track that is open now
 * @property {(kind: Kind, id: string) => Promise<void>} choose
 * @property {(id: string) => void} speak through this speaker from now on
 */

/**
 * @param {Wiring} wiring
 * @returns {() => Promise<void>} fills the fields anew
 */
export function wireDeviceFields({ within, track, choose, speak }) {
  const select = (/** @type {string} */ name) =>
    /** @type {HTMLSelectElement} */ (need(`select[name=${name}]`, within));
  const camera = select("camera");
  const microphone = select("microphone");
  const speaker = select("speaker");

  const show = async () => {
    const { cameras, microphones, speakers } = await listDevices();
    offer(camera, cameras, track("video")?.getSettings().deviceId);
    offer(microphone, microphones, track("audio")?.getSettings().deviceId);
    offer(speaker, speakers, chosenDevices().speakerId);
    // Not every browser lets a page choose where sound comes out.
    const canChoose = "setSinkId" in HTMLMediaElement.prototype && speakers.length > 0;
    need("[data-speaker]", within).hidden = !canChoose;
  };
  camera.addEventListener("change", () => choose("video", camera.value).then(show));
  microphone.addEventListener("change", () => choose("audio", microphone.value).then(show));
  speaker.addEventListener("change", () => {
    chooseDevices({ speakerId: speaker.value });
    speak(speaker.value);
  });
  return show;
}

/**
 * The dialog of a call, in which the devices are chosen.
 * @param {import("./own-media.js").OwnMedia} own
 * @param {HTMLVideoElement} remote
 */
export function wireDevices(own, remote) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#devices-dialog"));
  const show = wireDeviceFields({
    within: dialog,
    track: (kind) => own.track(kind),
    choose: (kind, id) => own.choose(kind, id),
    speak: (id) => remote.setSinkId(id),
  });
  for (const opener of document.querySelectorAll("[data-devices]")) {
    opener.addEventListener("click", async () => {
      await show();
      dialog.showModal();
    });
  }
  navigator.mediaDevices?.addEventListener("devicechange", () => dialog.open && show());
}

/**
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string | undefined} current
 */
function offer(select, devices, current) {
  const options = devices.map(({ deviceId, label }, index) => {
    const name = label || word("device_unnamed", { n: index + 1 });
    return new Option(name, deviceId, false, deviceId === current);
  });
  if (options.length === 0) options.push(new Option(word("device_none"), ""));
  select.replaceChildren(...options);
}
