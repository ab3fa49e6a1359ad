// What the desk hands a page besides its words: the JSON block `#page-data`.

/**
 * @template T
 * @returns {T}
 */
export function pageData() {
  return JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
}
