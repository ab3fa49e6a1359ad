// What the desk hands a page besides its words: the JSON block `#page-data`.

/**
 * @template T
 * @param {Document} page
 * @returns {T}
 */
export function pageData(page = document) {
  return JSON.parse(page.getElementById("page-data")?.textContent ?? "{}");
}
