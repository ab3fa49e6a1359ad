// One's place in line, worked out from the news that goes to everyone who waits. Pure functions:
// signaling/PROTOCOL.md says what the numbers mean.

/** @typedef {{epoch: string | number, count: number}} Version */
/** @typedef {[low: number, high: number]} Range */
/** @typedef {"passed_over" | "set_aside"} Away */
/**
 * @typedef {object} Place
 * @property {number} position
 * @property {number} waiting
 * @property {Range | null} wait_s
 * @property {Version} version
 * @property {Away | null} away the line does not know yet that this page is open
 * @property {Away | null} [back_from] what it was until this page came
 */
/**
 * @typedef {object} Line
 * @property {Version} version
 * @property {number} waiting
 * @property {[position: number, by: -1 | 1][]} changes in the order in which they happened
 * @property {Range | null} pace_s seconds for each place
 */

/**
 * The place after the news, or null where it cannot be told from it and the desk must be asked:
 * news was missed, the sender is another one, it was this place that left the line, or the line
 * does not count it at the moment.
 * @param {Place} place
 * @param {Line} line
 * @returns {Place | null}
 */
export function follow(place, line) {
  if (place.away || line.version.epoch !== place.version.epoch) return null;
  const missed = line.version.count - place.version.count;
  if (missed !== 0 && missed !== 1) return null;
  const position = missed === 0 ? place.position : shifted(place.position, line.changes);
  if (position === null) return null;
  const wait_s = waitOf(position, line.pace_s);
  return { position, waiting: line.waiting, wait_s, version: line.version, away: null };
}

/**
 * @param {number} position
 * @param {Line["changes"]} changes
 * @returns {number | null} null where the one at this position left
 */
function shifted(position, changes) {
  let mine = position;
  for (const [at, by] of changes) {
    if (by === -1 && mine === at) return null;
    if (by === -1 ? mine > at : mine >= at) mine += by;
  }
  return mine;
}

/**
 * @param {number} position
 * @param {Range | null} pace_s
 * @returns {Range | null} seconds
 */
function waitOf(position, pace_s) {
  return pace_s && [position * pace_s[0], position * pace_s[1]];
}

/**
 * Both ends in whole minutes, rounded up so that nothing shorter than the truth is promised.
 * @param {Range} wait_s
 * @returns {Range}
 */
export function wholeMinutes(wait_s) {
  const minutes = (/** @type {number} */ seconds) => Math.max(1, Math.ceil(seconds / 60));
  return [minutes(wait_s[0]), minutes(wait_s[1])];
}

export const MOST_PIPS = 6;

/**
 * How the people ahead are drawn: a pip for each, or three pips and how many more.
 * @param {number} ahead
 * @returns {{pips: number, more: number}}
 */
export function pipsOf(ahead) {
  return ahead <= MOST_PIPS ? { pips: ahead, more: 0 } : { pips: 3, more: ahead - 3 };
}

/**
 * Whether an answer speaks of an earlier moment than the place that is already shown.
 * @param {Version} version
 * @param {Version} shown
 */
export function isOlder(version, shown) {
  return version.epoch === shown.epoch && version.count < shown.count;
}
