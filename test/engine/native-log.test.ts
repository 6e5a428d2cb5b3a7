import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutNativeLog } from "../../lib/engine/native-log.js";

test("what TensorFlow tells about itself is left out, its errors and all other lines stay", () => {
  const text = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795472470.820682   27750 port.cc:153] oneDNN custom operations are on.",
    "2026-01-02 03:04:05.678901: W tensorflow/core/util/port.cc:1] something may be slow",
    "2026-01-02 03:04:05.678901: E external/local_xla/stream.cc:2] no memory left",
    "WARNING: the disk is nearly full",
    "",
  ].join("\n");
  assert.equal(
    withoutNativeLog(text),
    "2026-01-02 03:04:05.678901: E external/local_xla/stream.cc:2] no memory left\nWARNING: the disk is nearly full\n",
  );
});
