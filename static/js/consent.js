// Consent to the recording, in a page that goes on meanwhile: the waiting room, or the call.

import { act, Refused } from "./api.js";
import { need } from "./elements.js";

/** @typedef {"none" | "given" | "refused"} Answer */

/** @param {(answer: Answer) => void} [answered] */
export function wireConsent(answered = showAnswer) {
  const dialog = /** @type {HTMLDialogElement | null} */ (
    document.querySelector("#consent-dialog")
  );
  if (!dialog) return;
  const form = /** @type {HTMLFormElement} */ (need("[data-consent-form]", dialog));
  const problem = need("[data-problem]", dialog);
  const box = /** @type {HTMLInputElement} */ (need("[name=agreed]", form));
  for (const way of document.querySelectorAll("[data-consent-open]")) {
    way.addEventListener("click", (click) => {
      click.preventDefault();
      dialog.showModal();
    });
  }
  need("[data-cancel]", dialog).addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const data = new FormData(form, submit.submitter);
    data.delete("csrf_token");
    try {
      const answer = await act(form.action, Object.fromEntries(data));
      if (!answer.stays) return location.assign(answer.url);
      problem.hidden = true;
      dialog.close();
      answered(answer.answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
      const isBox = error.code === "not_agreed";
      box.setAttribute("aria-invalid", String(isBox));
      box.setAttribute("aria-describedby", isBox ? "consent-problem" : "");
      if (isBox) box.focus();
    }
  });
  box.addEventListener("change", () => box.setAttribute("aria-invalid", "false"));
}

/** @param {Answer} answer */
function showAnswer(answer) {
  for (const words of document.querySelectorAll("[data-consent-is]")) {
    const when = words.getAttribute("data-consent-is");
    /** @type {HTMLElement} */ (words).hidden = when !== answer && when !== "any";
  }
}
