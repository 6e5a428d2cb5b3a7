import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderOutput } from "../../lib/notebooks/html-output.js";
import { newLineFeed } from "../../lib/notebooks/line-feed.js";
import { newPageContext } from "../../lib/notebooks/page-context.js";
import { newStreamBudget, newStreamText } from "../../lib/notebooks/stream-text.js";

interface Recording {
  readonly name: string;
  readonly written: string;
  readonly shown: string;
}

/**
 * What tqdm 4.70, rich 15 and cli-progress 3.12 write to a terminal, and what the terminal emulator pyte 0.8.2 (200 × 400
 * characters) shows of it at the end.
 */
const recordings = JSON.parse(
  readFileSync(new URL("../../../test/notebooks/recorded/terminal.json", import.meta.url), "utf8"),
) as Recording[];

/** Text without colours and without blanks at the ends of lines. */
function uncoloured(text: string): string {
  const plain = text
    .split("\u001b[")
    .map((part, i) => (i === 0 ? part : part.replace(/^[\d;?]*[A-Za-z]/, "")))
    .join("");
  return plain.replaceAll(/ +$/gm, "").trimEnd();
}

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

test("several progress bars look at last as on a terminal, in whatever pieces they come", () => {
  assert.ok(recordings.length >= 7);
  for (const { name, written, shown } of recordings) {
    for (const size of [1, 7, written.length]) {
      const stream = newStreamText(newStreamBudget());
      for (let i = 0; i < written.length; i += size) stream.append(written.slice(i, i + size));
      assert.equal(uncoloured(stream.text()), shown, `${name}, ${size}`);
    }
    const output = { output_type: "stream", name: "stderr", text: written };
    const page = [...renderOutput(output, newPageContext())].join("");
    assert.equal(
      page
        .replaceAll(/<[^>]*>/g, "")
        .replaceAll(/ +$/gm, "")
        .trimEnd(),
      shown,
      name,
    );
  }
});

test("the live log of several bars has their last state, and lines between them as they come", () => {
  for (const { name, written, shown } of recordings) {
    const passed: string[] = [];
    const feed = newLineFeed((_, text) => passed.push(text));
    for (let i = 0; i < written.length; i += 50) feed.add("stderr", written.slice(i, i + 50));
    feed.flush();
    const lines = uncoloured(passed.join("")).split("\n");
    // What was passed on before anything showed that it would change stands there, too.
    assert.ok(lines.length <= shown.split("\n").length + 4, `${name}: ${lines.length} lines`);
    assert.deepEqual(lines.slice(-1), shown.split("\n").slice(-1), name);
    for (const line of shown.split("\n")) assert.ok(lines.includes(line), `${name}: ${line}`);
  }
});

test("lines of the other stream leave bars that change where they are, and what follows them is passed on at once", () => {
  const passed: string[] = [];
  const feed = newLineFeed((stream, text) => passed.push(`${stream}:${text}`));
  feed.add("stderr", "outer 0\n\rinner 0\u001b[A");
  for (let i = 1; i <= 3; i++) {
    feed.add("stdout", `line ${i}\n`);
    feed.add("stderr", `\router ${i}\n\rinner ${i}\u001b[A`);
  }
  assert.deepEqual(passed, ["stdout:line 1\n", "stdout:line 2\n", "stdout:line 3\n"]);
  assert.equal(feed.unfinished(), "outer 3");
  feed.add("stderr", "\n\nafter 1\nafter 2\nafter 3\nafter 4\nafter 5\n");
  assert.match(passed.join(""), /stderr:outer 3\ninner 3\nafter 1\nafter 2\nafter 3\nafter 4\n/);
});

test("a hundred thousand updates of several bars need little time and memory", () => {
  const stream = newStreamText(newStreamBudget());
  let passed = 0;
  const feed = newLineFeed(() => passed++);
  const began = performance.now();
  let written = "";
  for (let i = 1; i <= 100_000; i++) {
    const update = `\router: ${i}/100000 |${"#".repeat(40)}|\n\rinner: ${i % 10}/10 |${"#".repeat(40)}|\u001b[A`;
    stream.append(update);
    feed.add("stderr", update);
    if (i % 10 === 0) written += update;
  }
  feed.flush();
  for (const part of renderOutput({ output_type: "stream", name: "stderr", text: written }, newPageContext()))
    assert.ok(part.length < 10_000);
  assert.ok(performance.now() - began < 60_000);
  assert.ok(passed < 10);
  assert.equal(stream.text(), `outer: 100000/100000 |${"#".repeat(40)}|\ninner: 0/10 |${"#".repeat(40)}|`);
});
