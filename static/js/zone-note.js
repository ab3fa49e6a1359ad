// A device whose clock is in another zone than the applicant's office says so beside the meeting.

import { need } from "./elements.js";
import { language } from "./words.js";

/**
 * Compared at the meeting's own moment, which summer time may lie before.
 * @param {string} startsAt
 * @param {number} offset_minutes of the office from UTC, eastward
 */
export function tellOtherZone(startsAt, offset_minutes) {
  const moment = new Date(startsAt);
  if (-moment.getTimezoneOffset() === offset_minutes) return;
  const day = new Intl.DateTimeFormat(language, { dateStyle: "full" });
  const time = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  need("[data-here]").textContent = `${day.format(moment)}, ${time.format(moment)}`;
  need("[data-other-zone]").hidden = false;
}
