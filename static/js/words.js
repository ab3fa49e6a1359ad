// The page's words, rendered by its template out of the message catalogue.

const block = document.getElementById("words");
/** @type {Record<string, string>} */
const words = block ? JSON.parse(block.textContent ?? "{}") : {};

/**
 * The sentence of that name, with `{name}` replaced by its value.
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function word(name, values = {}) {
  const sentence = words[name];
  if (sentence === undefined) throw new Error(`no words for ${name}`);
  return sentence.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
