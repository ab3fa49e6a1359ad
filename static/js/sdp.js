// What a description tells of the browser and of the connection that it comes from: its second line
// (RFC 8866, 5.2) names both. To be asked of what a browser has sent; another one that has taken it
// no longer knows that line.

/** @typedef {RTCSessionDescriptionInit | null} Description */

/**
 * The connection. Another one of the same page has another name; an offer said again has not.
 * @param {Description} description
 */
export function sessionOf(description) {
  return /^o=\S+ (\S+)/m.exec(description?.sdp ?? "")?.[1];
}

/**
 * Whether it comes from a Firefox.
 * @param {Description} description
 */
export function isFirefox(description) {
  return /^o=mozilla/m.test(description?.sdp ?? "");
}
