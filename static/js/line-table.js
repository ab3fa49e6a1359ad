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

/** @param {Row[]} rows */
export function drawLine(rows) {
  const body = /** @type {HTMLTableSectionElement} */ (part("[data-line]"));
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((row, index) => {
    if (!body.rows[index]) body.append(copyOf("line-row"));
    fillRow(body.rows[index], row);
  });
}

/**
 * @param {HTMLTableRowElement} element
 * @param {Row} row
 */
function fillRow(element, row) {
  fillCells(element, {
    position: row.position,
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
 * The agency, where the unit's own name does not say it already.
 * @param {Row} row
 */
export function agencyApart({ agency, unit }) {
  return unit.includes(agency) ? "" : agency;
}
