// Two notes, and the question whether they were heard: only people know whether a speaker works.

import { chime, unlockSound } from "./chime.js";
import { need } from "./elements.js";
import { word } from "./words.js";

export class SpeakerTest {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.result = word("report_untested");
    this.starter = need("[data-check-sound]", root);
    this.question = need("[data-check-heard]", root);
    this.words = need("[data-heard-words]", root);
    this.starter.addEventListener("click", () => this.play());
    for (const name of /** @type {const} */ (["yes", "no"])) {
      const button = need(`[data-heard="${name}"]`, root);
      button.addEventListener("click", () => this.answer(`heard_${name}`));
    }
  }

  async play() {
    await unlockSound();
    await chime();
    this.words.textContent = "";
    this.question.hidden = false;
    need("button", this.question).focus();
  }

  /** @param {string} name of the words */
  answer(name) {
    this.result = word(name);
    this.question.hidden = true;
    this.words.textContent = this.result;
    this.starter.focus();
  }
}
