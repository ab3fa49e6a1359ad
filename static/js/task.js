// What the applicant is to do now. The verifier leads: each mark on the checklist moves it on.

import { need } from "./elements.js";
import { setText } from "./parts.js";
import { word } from "./words.js";

/** @typedef {{step: string | null, number: number, steps: number}} Step */

export class Task {
  /**
   * @param {Step} step
   * @param {string[]} order of all steps
   */
  constructor(step, order) {
    this.order = order;
    this.page = need(".applicant-call");
    /** @type {string | null} */
    this.shown = null;
    this.show(step);
    const own = /** @type {HTMLVideoElement} */ (need("video[data-local]"));
    // The frame lies on the picture, whatever the window's shape.
    own.addEventListener("resize", () => {
      const shape = own.videoWidth / own.videoHeight;
      own.parentElement?.style.setProperty("--picture", String(shape || 16 / 9));
    });
  }

  /** @param {Step} news */
  show({ step, number, steps }) {
    const name = step ?? "done";
    if (name === this.shown) return;
    this.shown = name;
    for (const block of document.querySelectorAll("[data-task]")) {
      /** @type {HTMLElement} */ (block).hidden = block.getAttribute("data-task") !== name;
    }
    setText(need("[data-task-count]"), word("task_count", { n: number, all: steps }));
    this.drawProgress(step ? number - 1 : steps, steps);
    this.announce(this.order[number]);
    this.enlarge(need(`[data-task="${name}"]`).dataset.shows ?? "");
  }

  /**
   * @param {number} done
   * @param {number} steps
   */
  drawProgress(done, steps) {
    const segments = Array.from({ length: steps }, (_, index) => {
      const segment = document.createElement("i");
      segment.className = index < done ? "done" : index === done ? "now" : "";
      return segment;
    });
    need("[data-task-progress]").replaceChildren(...segments);
  }

  /** @param {string | undefined} next */
  announce(next) {
    const soon = next && need(`[data-task="${next}"]`).dataset.soon;
    const line = need("[data-task-next]");
    line.hidden = !soon;
    setText(line, soon ? word("task_next", { soon }) : "");
  }

  /**
   * What is held up is what matters: one's own picture is large then, with a frame to fill.
   * @param {string} shows `card`, `letter` or nothing
   */
  enlarge(shows) {
    this.page.classList.toggle("shows-self", shows !== "");
    this.page.classList.toggle("shows-card", shows === "card");
    this.page.classList.toggle("shows-letter", shows === "letter");
  }
}
