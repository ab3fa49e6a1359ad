// Idempotency keys of a page's deeds.

/**
 * A second try of the same deed is the same act, under the same key; another deed is another.
 * @returns {(deed: unknown) => string} the key for it
 */
export function keyKeeper() {
  let last = "";
  let key = "";
  return (deed) => {
    const said = JSON.stringify(deed);
    if (said !== last) key = crypto.randomUUID();
    last = said;
    return key;
  };
}
