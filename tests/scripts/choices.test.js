// What a combobox offers: the way of the arrow keys, and the letters that were typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { movedTo, piecesOf } from "../../static/js/choices.js";

test("the arrow keys go round, and begin at either end", () => {
  const cases = [
    ["ArrowDown", -1, 3, 0],
    ["ArrowDown", 1, 3, 2],
    ["ArrowDown", 2, 3, 0],
    ["ArrowUp", -1, 3, 2],
    ["ArrowUp", 2, 3, 1],
    ["ArrowUp", 0, 3, 2],
    ["ArrowDown", -1, 0, null],
    ["Home", 1, 3, null],
  ];
  for (const [key, active, count, to] of cases) assert.equal(movedTo(key, active, count), to);
});

/** The name with the typed letters between brackets. */
function shown(name, typed) {
  return piecesOf(name, typed)
    .map(({ text, isTyped }) => (isTyped ? `[${text}]` : text))
    .join("");
}

test("the beginnings of words that were typed stand out, in whatever order", () => {
  const cases = [
    ["Dinas Pekerjaan Umum dan Tata Ruang", "umum pek", "Dinas [Pek]erjaan [Umum] dan Tata Ruang"],
    ["Dinas Pekerjaan Umum", "", "Dinas Pekerjaan Umum"],
    ["Dinas Pekerjaan Umum", "kerja", "Dinas Pekerjaan Umum"],
    ["Kota Surabaya", "s su", "Kota [Su]rabaya"],
    ["Barang/Jasa", "jasa/barang", "[Barang]/[Jasa]"],
  ];
  for (const [name, typed, marked] of cases) assert.equal(shown(name, typed), marked);
});

test("case, accents and apostrophes make no difference", () => {
  assert.equal(shown("Jum'at Bersih", "JUMAT"), "[Jum'at] Bersih");
  assert.equal(shown("Jumat Bersih", "jum’at"), "[Jumat] Bersih");
  assert.equal(shown("Kantor Élan", "elan"), "Kantor [Élan]");
  assert.equal(shown("'", "'"), "'");
});
