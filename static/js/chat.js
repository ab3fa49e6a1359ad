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
    /** @type {Message[]} */
    this.shown = [];
    this.sending = false;
    need("[data-chat-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /**
   * All that was said so far, in its order; what the socket brought meanwhile comes after it.
   * @param {Message[]} messages
   */
  catchUp(messages) {
    const known = messages.map(keyOf);
    const all = [...messages, ...this.shown.filter((one) => !known.includes(keyOf(one)))];
    const keys = all.map(keyOf);
    // A message that came before older ones were read stands in the wrong place.
    if (this.shown.some((one, index) => keyOf(one) !== keys[index])) this.clear();
    for (const message of all.slice(this.shown.length)) this.add(message);
  }

  clear() {
    for (const row of this.log.querySelectorAll("[data-chat-empty] ~ *")) row.remove();
    this.shown = [];
  }

  /** @param {Message} message */
  add(message) {
    const { text, at, mine } = message;
    const row = copyOf("chat-row");
    row.classList.toggle("is-mine", mine);
    need("[data-who]", row).textContent = mine ? word("chat_me") : this.peerName;
    const time = /** @type {HTMLTimeElement} */ (need("time", row));
    time.dateTime = at;
    time.textContent = clock.format(new Date(at));
    need("[data-text]", row).textContent = text;
    this.log.append(row);
    this.log.scrollTop = this.log.scrollHeight;
    this.shown.push(message);
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

/** @param {Message} message */
function keyOf({ text, at, mine }) {
  return `${Date.parse(at)} ${mine} ${text}`;
}
