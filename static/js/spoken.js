// Durations inside sentences: "6 menit 12 detik".

import { word } from "./words.js";

/** @param {number} duration_s */
export function spoken(duration_s) {
  const whole = Math.max(0, Math.floor(duration_s));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60), whole % 60];
  if (hours) return word("spoken_hours", { hours, minutes: minutes % 60 });
  return minutes
    ? word("spoken_minutes", { minutes, seconds })
    : word("spoken_seconds", { seconds });
}
