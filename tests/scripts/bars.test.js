// The bars do not flicker: lower after 5 s, higher after 10 s, and only as far as all of them went.

import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf, SteadyBars } from "../../static/js/bars.js";

test("loss and delay each lower the bars", () => {
  const cases = [
    [{ loss_percent: 0, rtt_ms: null }, 4],
    [{ loss_percent: 1.9, rtt_ms: 249 }, 4],
    [{ loss_percent: 2, rtt_ms: 50 }, 3],
    [{ loss_percent: 0, rtt_ms: 250 }, 3],
    [{ loss_percent: 5, rtt_ms: 50 }, 2],
    [{ loss_percent: 0, rtt_ms: 799 }, 2],
    [{ loss_percent: 10, rtt_ms: 50 }, 1],
    [{ loss_percent: 0, rtt_ms: 800 }, 1],
  ];
  for (const [figures, bars] of cases) assert.equal(barsOf(figures, false), bars);
  assert.equal(barsOf({ loss_percent: 0, rtt_ms: 20 }, true), 1);
});

/** What is shown after each of these seconds' measurements. */
function shownFor(measured) {
  const bars = new SteadyBars();
  return measured.map((one, second) => bars.feed(second, one));
}

test("a dip shorter than five seconds is not shown", () => {
  assert.deepEqual(shownFor([4, 4, 1, 1, 1, 1, 4, 4]), [4, 4, 4, 4, 4, 4, 4, 4]);
});

test("five seconds lower are shown, as low as the best of them", () => {
  assert.deepEqual(shownFor([4, 1, 2, 1, 1, 1, 1]), [4, 4, 4, 4, 4, 4, 2]);
});

test("ten seconds higher are shown, as high as the worst of them", () => {
  const better = [2, ...Array(5).fill(4), 3, ...Array(5).fill(4)];
  assert.deepEqual(shownFor(better), [...Array(11).fill(2), 3]);
});

test("up and down around what is shown changes nothing", () => {
  assert.deepEqual(shownFor(Array.from({ length: 40 }, (_, n) => (n % 2 ? 2 : 4))), [
    ...Array(40).fill(4),
  ]);
});

test("a connection anew is shown at once", () => {
  const bars = new SteadyBars();
  bars.feed(0, 4);
  bars.forget();
  assert.equal(bars.feed(1, 1), 1);
});
