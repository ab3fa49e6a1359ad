// The line as the verifier's desk shows it: rows are filled anew, never replaced.

import { copyOf, fillCells, part, showCopy } from "./parts.js";

/**
 * @typedef {object} Row
 * @property {number} position
 * @property {string} name
 * @property {string} role_name
 * @property {string} unit
 * @property {string} agency
 * @property {string} booked_text
 * @property {string} desk_text the booked time at the desk, "" where its zone is the same
 * @property {string} waiting_since_at
 * @property {string} mark
 */

/**
 * @param {Row[]} rows
 * @param {number} [next] the position of the one who would be taken now
 */
export function drawLine(rows, next) {
  const body = /** @type {HTMLTableSectionElement} */ (part("[data-line]"));
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((row, index) => {
    if (!body.rows[index]) body.append(copyOf("line-row"));
    fillRow(body.rows[index], row);
    body.rows[index].classList.toggle("is-next", !isAway(row) && row.position === next);
  });
}

/**
 * @param {HTMLTableRowElement} element
 * @param {Row} row
 */
function fillRow(element, row) {
  fillCells(element, {
    position: isAway(row) ? "–" : row.position,
    name: row.name,
    role_name: row.role_name,
    unit: row.unit,
    agency: agencyApart(row),
    booked_text: row.booked_text,
    desk_text: row.desk_text,
  });
  part('[data-cell="since"]', element).dataset.since = row.waiting_since_at;
  showCopy(part('[data-cell="mark"]', element), `mark-${row.mark}`);
}

/**
 * Whoever is away is passed over: nobody stands behind them.
 * @param {Row} row
 */
function isAway(row) {
  return row.mark === "away";
}

/**
 * The agency, where the unit's own name does not say it already.
 * @param {Row} row
 */
export function agencyApart({ agency, unit }) {
  return unit.includes(agency) ? "" : agency;
}
