import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { watchInterruption } from "../../lib/training/interruption.js";
import {
  clearStop,
  environmentDeadline,
  installStopHandlers,
  requestStop,
  stopReason,
} from "../../lib/training/stop-signal.js";

afterEach(() => {
  clearStop();
  delete process.env.CHERENKIT_DEADLINE;
});

test("SIGTERM, SIGUSR1 and SIGINT ask for a stop and do not end the process, even twice", async () => {
  for (const signal of ["SIGTERM", "SIGUSR1", "SIGINT"] as const) {
    clearStop();
    const remove = installStopHandlers();
    process.kill(process.pid, signal);
    process.kill(process.pid, signal);
    for (let i = 0; i < 100 && stopReason() === null; i++) await wait(5);
    await wait(20);
    assert.equal(stopReason(), `signal ${signal}`);
    remove();
    assert.equal(process.listenerCount(signal), 0);
  }
});

test("the first reason stays", () => {
  requestStop("the kernel was interrupted");
  requestStop("signal SIGTERM");
  assert.equal(stopReason(), "the kernel was interrupted");
});

test("a deadline is seconds since 1970 or a date", () => {
  assert.equal(environmentDeadline(), null);
  process.env.CHERENKIT_DEADLINE = "1700000000";
  assert.equal(environmentDeadline(), 1_700_000_000_000);
  process.env.CHERENKIT_DEADLINE = "2026-01-01T00:00:00Z";
  assert.equal(environmentDeadline(), Date.UTC(2026, 0, 1));
  process.env.CHERENKIT_DEADLINE = "soon";
  assert.equal(environmentDeadline(), null);
});

test("training must stop when aborted, asked, or when the time left is short of three checkpoints and another step", () => {
  const abort = new AbortController();
  assert.equal(watchInterruption(abort.signal, undefined, () => 0)(), null);
  abort.abort();
  assert.equal(watchInterruption(abort.signal, undefined, () => 0)(), "aborted");
  const soon = Date.now() + 10_000;
  assert.equal(watchInterruption(undefined, soon, () => 1000)(), null);
  assert.equal(watchInterruption(undefined, soon, () => 5000)(), "the deadline is near");
  const stepOf = (ms: number): string | null =>
    watchInterruption(
      undefined,
      soon,
      () => 1000,
      () => ms,
    )();
  assert.deepEqual([stepOf(1000), stepOf(4000)], [null, "the deadline is near"]);
  process.env.CHERENKIT_DEADLINE = String(Date.now() / 1000 - 5);
  assert.equal(watchInterruption(undefined, undefined, () => 0)(), "the deadline is near");
  requestStop("asked");
  assert.equal(watchInterruption(undefined, undefined, () => 0)(), "asked");
});
