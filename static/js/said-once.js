// What a screen reader hears of a countdown: a sentence when it changes its meaning, never the beat.

import { need } from "./elements.js";
import { spoken } from "./spoken.js";
import { word } from "./words.js";

export class SaidOnce {
  constructor() {
    this.place = need("[data-said]");
    this.name = "";
  }

  /**
   * @param {string} name of the sentence
   * @param {number} left_s
   */
  say(name, left_s) {
    if (name === this.name) return;
    this.name = name;
    this.place.textContent = word(name, { left: spoken(left_s) });
  }

  /** The same sentence will be news again. */
  forget() {
    this.name = "";
    this.place.textContent = "";
  }
}
