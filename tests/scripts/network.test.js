// A change of network is told once, however many events a browser makes of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onNetworkChange } from "../../static/js/network.js";

test("offline, online and a change of the connection are one change", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = new EventTarget();
  const connection = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  Object.defineProperty(globalThis, "navigator", { value: { connection } });
  const changed = t.mock.fn();
  onNetworkChange(changed);

  page.dispatchEvent(new Event("offline"));
  page.dispatchEvent(new Event("online"));
  for (const _ of [1, 2]) connection.dispatchEvent(new Event("change"));
  assert.equal(changed.mock.callCount(), 0);
  t.mock.timers.tick(1_000);
  assert.equal(changed.mock.callCount(), 1);

  page.dispatchEvent(new Event("online"));
  t.mock.timers.tick(1_000);
  assert.equal(changed.mock.callCount(), 2);
});
