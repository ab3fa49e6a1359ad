// The check of devices and connection, in a dialog of the waiting room. Its scripts come when it is
// asked for: most people have done it before.

import { need } from "./elements.js";
import { untilPassage } from "./passage.js";
import { closePreview, openPreview } from "./preview.js";

/** @param {string[]} relays TURN addresses with their transport */
export function wireCheck(relays) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#check-dialog"));
  /** @type {import("./device-check.js").DeviceCheck | undefined} */
  let check;
  need("[data-check-open]").addEventListener("click", async () => {
    const { DeviceCheck } = await import("./device-check.js");
    check ??= new DeviceCheck(need("[data-check]", dialog), relays);
    dialog.showModal();
    // Some phones open a camera for one picture at a time.
    closePreview();
    check.begin();
  });
  dialog.addEventListener("close", () => {
    check?.end();
    openPreview();
  });
  // Called in the middle of it.
  untilPassage.addEventListener("abort", () => check?.end());
}
