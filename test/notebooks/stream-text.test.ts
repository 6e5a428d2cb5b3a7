import assert from "node:assert/strict";
import { test } from "node:test";
import { newLineFeed } from "../../lib/notebooks/line-feed.js";
import { newStreamBudget, newStreamText } from "../../lib/notebooks/stream-text.js";

test("a progress bar keeps what a terminal would show at last", () => {
  const stream = newStreamText(newStreamBudget());
  for (const piece of ["start\n", "10 % slow\r", "20 %", "\r", "100 %\r", "\nnext\r\n", "ab\rc"]) stream.append(piece);
  assert.equal(stream.text(), "start\n100 %slow\nnext\ncb");
});

test("what is erased or gone back over is not kept, and colours stay with their characters", () => {
  // As Keras and pip write their progress.
  for (const [written, shown] of [
    ["1/5 [=]\b\b\b\b\b\b\b\r2/5 [==]\n", "2/5 [==]\n"],
    ["abcdef\rxy\u001b[K\n", "xy\n"],
    ["abc\u001b[2K\rd\n", "d\n"],
    ["\u001b[32mok\u001b[0m fine\rno\n", "no\u001b[0m fine\n"],
    ["ab\bc\n", "ac\n"],
    ["\u001b[1mbold\u001b[0m\n", "\u001b[1mbold\u001b[0m\n"],
  ] as const) {
    const stream = newStreamText(newStreamBudget());
    stream.append(written);
    assert.equal(stream.text(), shown);
  }
});

test("a line without an end needs no more time and memory the longer it is", () => {
  const stream = newStreamText(newStreamBudget(null, 1000, 1000));
  const passed: string[] = [];
  const feed = newLineFeed((_, text) => passed.push(text));
  for (let i = 0; i < 300_000; i++) {
    stream.append(".");
    feed.add("stdout", ".");
  }
  assert.match(stream.text(), /^\.*\n… \d+ characters are left out here …\n\n\.+$/);
  assert.ok(stream.text().length < 30_000);
  feed.flush();
  assert.ok(passed.length > 30 && passed.join("").length === 300_001);
  for (let i = 0; i < 20_000; i++) feed.add("stderr", `\r${i} of 20000`);
  assert.equal(feed.unfinished(), "19999 of 20000");
});

test("what goes beyond the budget is left out in the middle, with a note", () => {
  const stream = newStreamText(newStreamBudget("run.jsonl", 100, 50));
  for (let i = 0; i < 1000; i++) stream.append(`line ${i}\n`);
  const text = stream.text();
  assert.ok(text.startsWith("line 0\nline 1\n"));
  assert.ok(text.endsWith("line 998\nline 999\n"));
  const [, leftOut] = text.match(/… (\d+) characters are left out here, run.jsonl has them …/)!;
  const kept = text.replace(/\n… .* …\n\n/, "").length;
  let all = 0;
  for (let i = 0; i < 1000; i++) all += `line ${i}\n`.length;
  assert.equal(kept + Number(leftOut), all);
  assert.ok(text.length < 400);
});

test("only whole lines are passed on, in the order of the streams", () => {
  const passed: string[] = [];
  const feed = newLineFeed((stream, text) => passed.push(`${stream}:${text}`));
  feed.add("stdout", "a\nb");
  feed.add("stdout", "c\n");
  feed.add("stdout", "half");
  feed.add("stderr", "1 %\r2 %\n");
  feed.flush();
  assert.deepEqual(passed, ["stdout:a\n", "stdout:bc\n", "stdout:half\n", "stderr:2 %\n"]);
});
