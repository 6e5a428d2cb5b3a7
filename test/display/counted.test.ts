import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "../../lib/display/counted.js";

test("a number stands with its noun, one alone in the singular", () => {
  assert.equal(counted(1, "event"), "1 event");
  assert.equal(counted(0, "event"), "0 events");
  assert.equal(counted(1234, "event"), "1,234 events");
  assert.equal(counted(2, "predicted energy", "predicted energies"), "2 predicted energies");
});
