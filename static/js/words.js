// The page's words, rendered by its template out of the message catalogue, and how its language
// writes numbers.

/** The language of this page. */
export const language = document.documentElement.lang;

const numbers = new Intl.NumberFormat(language);
const plurals = new Intl.PluralRules(language);

/**
 * A sentence, or the forms of one about `{n}` by CLDR's categories.
 * @typedef {string | Record<string, string>} Sentence
 */

/** @type {HTMLElement | null} */
let block = null;
/** @type {Record<string, Sentence>} */
let words = {};

/** A page that gave way to another one has brought its words along. */
function wordsHere() {
  const here = document.getElementById("words");
  if (here === block) return words;
  block = here;
  words = JSON.parse(here?.textContent ?? "{}");
  return words;
}

/** @param {string | number} value */
export function written(value) {
  return typeof value === "number" ? numbers.format(value) : value;
}

/**
 * The sentence of that name, with `{name}` replaced by its value.
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function word(name, values = {}) {
  const said = wordsHere()[name];
  if (said === undefined) throw new Error(`no words for ${name}`);
  const sentence = typeof said === "string" ? said : said[plurals.select(Number(values.n))];
  return sentence.replace(/\{(\w+)\}/g, (_, key) => written(values[key] ?? ""));
}
