// A button that acts once: busy while the desk answers, a sentence beside it when it refuses.

import { Refused } from "./api.js";

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} problem where the refusal is said
 * @param {() => Promise<void>} act
 * @param {(refused: Refused) => void} [onRefused]
 */
export async function actOnce(button, problem, act, onRefused) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  problem.hidden = true;
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problem.textContent = error.message;
    problem.hidden = false;
    onRefused?.(error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}
