import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "../../lib/display/progress.js";

test("short work leaves one line in a log, long work one every five seconds", (context) => {
  let now = 1000;
  context.mock.method(performance, "now", () => now);
  const lines: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  const short = new Progress("reading", 2000, "images");
  short.update(1000);
  now += 500;
  short.update(2000);
  short.stop();
  assert.deepEqual(lines.splice(0), ["reading: 2,000 images, 4,000 images/s\n"]);

  const long = new Progress("gamma.dl1.h5", 100_000, "images");
  for (let step = 1; step <= 12; step++) {
    now += 1000;
    long.update(step * 1000);
  }
  long.stop();
  assert.deepEqual(lines, [
    "gamma.dl1.h5: 5,000 of 100,000 images, 1,000 images/s, 1 min 35 s left\n",
    "gamma.dl1.h5: 10,000 of 100,000 images, 1,000 images/s, 1 min 30 s left\n",
    "gamma.dl1.h5: 12,000 of 100,000 images, 1,000 images/s, 1 min 28 s left\n",
  ]);
});

test("work that broke off before it began tells no speed of nothing", (context) => {
  const lines: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  new Progress("reading", 2000, "images").stop();
  assert.deepEqual(lines, []);
});
