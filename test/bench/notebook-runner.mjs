// How long the notebook runner itself takes: node test/bench/notebook-runner.mjs
// A TypeScript notebook of five trivial cells, in a process of its own and again in the same process; a small page; and
// the runner's memory while a cell prints 100,000 and 1,000,000 lines. Processor time is told beside wall-clock time,
// since the latter depends on what else the machine does. Run the build first.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const start = performance.now();
const { runNotebook } = await import("../../dist/lib/notebooks/execute.js");
const { buildSnapshot } = await import("../../dist/lib/notebooks/snapshot.js");
const { writePage } = await import("../../dist/lib/notebooks/html.js");
const loaded = performance.now() - start;

const folder = mkdtempSync(join(tmpdir(), "cherenkit-bench-"));
const cell = (source) => ({ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null });
const file = (name, ...sources) => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: sources.map(cell) }));
  return path;
};
const five = file(
  "five.ipynb",
  "const a: number = 1;",
  "a + 1",
  'console.log("x")',
  "const f = (x: number): number => x * 2;",
  "f(21)",
);
const output = join(folder, "out.ipynb");

async function timed(label, action) {
  const before = process.cpuUsage();
  const began = performance.now();
  await action();
  const { user, system } = process.cpuUsage(before);
  const own = `${((user + system) / 1e6).toFixed(2)} s of this process`;
  console.log(`${label.padEnd(52)} ${((performance.now() - began) / 1000).toFixed(2)} s, ${own}`);
}

try {
  console.log(`${"loading the runner".padEnd(52)} ${(loaded / 1000).toFixed(2)} s`);
  process.env.CHERENKIT_KERNEL_SNAPSHOT = "off";
  await timed("five cells, without the kernel's snapshot", () => runNotebook({ input: five, output }));
  delete process.env.CHERENKIT_KERNEL_SNAPSHOT;
  await buildSnapshot();
  for (let i = 1; i <= 3; i++) await timed(`five cells, run ${i} with it`, () => runNotebook({ input: five, output }));
  const notebook = JSON.parse(await readFile(output, "utf8"));
  const parts = notebook.cells.map((item) => [item.source.slice(0, 30), item.metadata.cherenkit.seconds]);
  for (const [source, seconds] of parts) console.log(`    ${source.padEnd(48)} ${seconds.toFixed(2)} s`);
  await timed("its page", () => writePage(join(folder, "page.html"), notebook, { title: "five" }));
  for (const lines of [100_000, 1_000_000]) {
    const input = file("lines.ipynb", `for (let i = 0; i < ${lines}; i++) console.log("line number", i);`);
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    await timed(`${lines.toLocaleString("en-US")} lines`, () =>
      runNotebook({ input, output, log: join(folder, "log.jsonl") }),
    );
    clearInterval(watch);
    console.log(`    the runner's memory: at most ${Math.round(peak / 1e6)} MB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
