// What a combobox offers: where the arrow keys lead, and which letters of a name were typed.

const WORD = /[\p{L}\p{N}'’]+/gu;

/**
 * A word as the desk compares it: without case, accents and apostrophes.
 * @param {string} text
 */
function keyOf(text) {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{M}'’]/gu, "");
}

/**
 * The option that a key leads to, of `count`; -1 is none of them. Null for any other key.
 * @param {string} key
 * @param {number} active
 * @param {number} count
 */
export function movedTo(key, active, count) {
  if (count === 0) return null;
  if (key === "ArrowDown") return active + 1 < count ? active + 1 : 0;
  if (key === "ArrowUp") return active > 0 ? active - 1 : count - 1;
  return null;
}

/**
 * A name in pieces, and of each whether it is what somebody typed: the beginnings of its words.
 * @param {string} name
 * @param {string} typed
 * @returns {{ text: string, isTyped: boolean }[]}
 */
export function piecesOf(name, typed) {
  const beginnings = (typed.match(WORD) ?? []).map(keyOf).filter(Boolean);
  const pieces = [];
  let done = 0;
  for (const { 0: word, index } of name.matchAll(WORD)) {
    const length = typedLength(word, beginnings);
    if (length === 0) continue;
    pieces.push({ text: name.slice(done, index), isTyped: false });
    done = index + length;
    pieces.push({ text: name.slice(index, done), isTyped: true });
  }
  pieces.push({ text: name.slice(done), isTyped: false });
  return pieces.filter(({ text }) => text !== "");
}

/**
 * How many letters of a word are the longest of these beginnings.
 * @param {string} word
 * @param {string[]} beginnings
 */
function typedLength(word, beginnings) {
  for (let length = word.length; length > 0; length--) {
    if (beginnings.includes(keyOf(word.slice(0, length)))) return length;
  }
  return 0;
}
