// "Keluar dari panggilan": the applicant gives up the call and the place, after being asked once more.

import { actOnce } from "./act-button.js";
import { act, Refused } from "./api.js";
import { need } from "./elements.js";

/** @typedef {import("./call.js").Ended} Ended */

/**
 * While this page is leaving, its own deed leads on and not the news of the end. The news are kept:
 * where the deed fails, they tell what became of the call.
 * @param {string} path of the call
 * @param {import("./call.js").Call} call
 * @param {(ended: Ended) => void} conclude shows the end
 * @returns {(ended: Ended) => void} hears that the call is over
 */
export function wireLeave(path, call, conclude) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#leave-dialog"));
  const yes = need("[data-leave-yes]", dialog);
  const key = crypto.randomUUID();
  let leaving = false;
  /** @type {Ended | null} */
  let kept = null;

  async function leave() {
    leaving = true;
    try {
      const { url } = await act(`${path}/leave`, {}, key);
      call.leave();
      location.replace(url);
    } catch (error) {
      leaving = false;
      if (!(error instanceof Refused)) throw error;
      if (kept) conclude(kept);
      // Over before its end was told: the page, asked anew, leads on.
      else if (error.code === "not_your_call") location.reload();
      else throw error;
    }
  }

  need("[data-leave]").addEventListener("click", () => dialog.showModal());
  yes.addEventListener("click", () => actOnce(yes, need("[data-problem]", dialog), leave));
  return (ended) => {
    if (leaving) kept = ended;
    else conclude(ended);
  };
}
