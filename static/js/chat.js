// Text messages of a call. The desk keeps them; what a socket missed is read again on connecting.

import { copyOf, need } from "./elements.js";
import { language, word } from "./words.js";

/** @typedef {{text: string, at: string, mine: boolean}} Message */
/** @typedef {(text: string) => Promise<boolean>} Send whether the desk took it */

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export class Chat {
  /**
   * @param {string} peerName
   * @param {Send} send
   */
  constructor(peerName, send) {
    this.peerName = peerName;
    this.send = send;
    this.log = need("[data-chat-log]");
    this.empty = need("[data-chat-empty]");
    this.problem = need("[data-chat-problem]");
    this.field = /** @type {HTMLInputElement} */ (need("[data-chat-form] input[name=text]"));
    this.shown = 0;
    this.sending = false;
    need("[data-chat-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /**
   * All that was said so far. Messages are only ever added, so the rest of the list is new.
   * @param {Message[]} messages
   */
  catchUp(messages) {
    for (const message of messages.slice(this.shown)) this.add(message);
  }

  /** @param {Message} message */
  add({ text, at, mine }) {
    const row = copyOf("chat-row");
    row.classList.toggle("is-mine", mine);
    need("[data-who]", row).textContent = mine ? word("chat_me") : this.peerName;
    const time = /** @type {HTMLTimeElement} */ (need("time", row));
    time.dateTime = at;
    time.textContent = clock.format(new Date(at));
    need("[data-text]", row).textContent = text;
    this.log.append(row);
    this.log.scrollTop = this.log.scrollHeight;
    this.shown += 1;
    this.empty.hidden = true;
  }

  /** The text stays in the field until the desk has it. */
  async submit() {
    const text = this.field.value.trim();
    if (!text || this.sending) return;
    this.sending = true;
    const taken = await this.send(text);
    this.sending = false;
    this.problem.hidden = taken;
    this.log.scrollTop = this.log.scrollHeight;
    if (taken && this.field.value.trim() === text) this.field.value = "";
  }
}
