// The dialog in which camera, microphone and speaker are chosen. A choice counts at once.

import { need } from "./elements.js";
import { listDevices } from "./media.js";
import { word } from "./words.js";

/** @typedef {import("./own-media.js").OwnMedia} OwnMedia */

/**
 * @param {OwnMedia} own
 * @param {HTMLVideoElement} remote
 */
export function wireDevices(own, remote) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#devices-dialog"));
  const select = (/** @type {string} */ name) =>
    /** @type {HTMLSelectElement} */ (need(`select[name=${name}]`, dialog));
  const camera = select("camera");
  const microphone = select("microphone");
  const speaker = select("speaker");

  const show = async () => {
    const { cameras, microphones, speakers } = await listDevices();
    offer(camera, cameras, own.track("video")?.getSettings().deviceId);
    offer(microphone, microphones, own.track("audio")?.getSettings().deviceId);
    offer(speaker, speakers, remote.sinkId);
    // Not every browser lets a page choose where sound comes out.
    need("[data-speaker]", dialog).hidden = !("setSinkId" in remote) || speakers.length === 0;
  };

  need("[data-devices]").addEventListener("click", async () => {
    await show();
    dialog.showModal();
  });
  navigator.mediaDevices?.addEventListener("devicechange", () => dialog.open && show());
  camera.addEventListener("change", () => own.choose("video", camera.value).then(show));
  microphone.addEventListener("change", () => own.choose("audio", microphone.value).then(show));
  speaker.addEventListener("change", () => remote.setSinkId(speaker.value));
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
