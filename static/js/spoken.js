// Durations inside sentences: "6 menit 12 detik".

import { language } from "./words.js";

/** @param {"hour" | "minute" | "second"} unit */
const inUnits = (unit) =>
  new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
const [hour, minute, second] = [inUnits("hour"), inUnits("minute"), inUnits("second")];

/** @param {number} duration_s */
export function spoken(duration_s) {
  const whole = Math.max(0, Math.floor(duration_s));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60), whole % 60];
  if (hours) return `${hour.format(hours)} ${minute.format(minutes % 60)}`;
  const spare = second.format(seconds);
  return minutes ? `${minute.format(minutes)} ${spare}` : spare;
}

/**
 * "1 jam 5 menit": for what is not counted in seconds.
 * @param {number} minutes
 */
export function spokenMinutes(minutes) {
  const spare = minute.format(minutes % 60);
  return minutes < 60 ? spare : `${hour.format(Math.floor(minutes / 60))} ${spare}`;
}
