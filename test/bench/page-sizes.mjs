// Time and memory of a page of large outputs: node test/bench/page-sizes.mjs [MB …]
// Each kind of output in sizes of 5, 25 and 50 MB, written as `cherenkit render` writes it, each in a process of its own; and
// a small notebook, whose process is timed from start to end. Run the build first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const line = (i) => `row ${i}: ${"words and numbers 123.456 ".repeat(3)}\n`;
const tableRow = (i) => `<tr><th>${i}</th><td style="color: red">${i / 7}</td><td>cell &amp; <b>${i}</b></td></tr>\n`;
const text = (of, bytes) => Array.from({ length: Math.ceil(bytes / of(12345).length) }, (_, i) => of(i)).join("");
const html = (content) => ({ output_type: "display_data", metadata: {}, data: { "text/html": content } });
const stream = (content) => ({ output_type: "stream", name: "stdout", text: content });
const many = (output, bytes, each) => Array.from({ length: Math.ceil(bytes / each) }, output);

/** Outputs of about so many bytes. */
const kinds = {
  "one stream": (bytes) => [stream(text(line, bytes))],
  "one stream in colours": (bytes) => [stream(text((i) => `\u001b[3${i % 8}m${line(i).trimEnd()}\u001b[0m\n`, bytes))],
  "one stream of two progress bars": (bytes) => [
    stream(text((i) => `\router ${i}\n\rinner ${"#".repeat(50)} ${i % 9}\u001b[A`, bytes)),
  ],
  "one line": (bytes) => [stream("x".repeat(bytes))],
  "one table of HTML": (bytes) => [html(`<table>${text(tableRow, bytes)}</table>`)],
  "one HTML whose elements have no ends": (bytes) => [html(text((i) => `<div><i class="a">${i} `, bytes))],
  "many tables of HTML, 1 kB each": (bytes) =>
    many(() => html(`<div><table>${text(tableRow, 900)}</table>`), bytes, 1000),
  "many lines, HTML and errors": (bytes) =>
    many(() => [stream(line(1)), html(tableRow(2)), stream(line(3))], bytes, 350).flat(),
  "formulas in HTML, 1 in 1 kB": (bytes) => [html(text((i) => `<p>${line(i).repeat(9)} $x_${i}$</p>`, bytes / 50))],
};

const [mode, kind, megabytes, folder] = process.argv.slice(2);
if (mode === "--one") {
  const outputs = kinds[kind](Number(megabytes) * 1e6);
  const cell = { cell_type: "code", source: "show()", metadata: {}, outputs, execution_count: 1 };
  const notebook = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] };
  const bytes = JSON.stringify(notebook).length;
  const { writePage } = await import("../../dist/lib/notebooks/html.js");
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const page = join(folder, "page.html");
  await writePage(page, notebook, { title: "page" });
  const seconds = (performance.now() - began) / 1000;
  const more = (process.resourceUsage().maxRSS * 1024 - before) / 1e6;
  console.log(
    `${kind.padEnd(40)} ${(bytes / 1e6).toFixed(1).padStart(6)} MB ${seconds.toFixed(2).padStart(7)} s ` +
      `${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s ${more.toFixed(0).padStart(6)} MB of memory more than before, page ${(statSync(page).size / 1e6).toFixed(0)} MB`,
  );
} else {
  const own = fileURLToPath(import.meta.url);
  const work = mkdtempSync(join(tmpdir(), "cherenkit-bench-"));
  try {
    const small = join(work, "small.ipynb");
    const markdown = { cell_type: "markdown", source: "# Title\n\nText with $x^2$.", metadata: {} };
    const code = { cell_type: "code", source: "1", metadata: {}, outputs: [stream("1\n")], execution_count: 1 };
    writeFileSync(
      small,
      JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [markdown, code, code] }),
    );
    const cherenkit = fileURLToPath(new URL("../../lib/cli/cherenkit.mjs", import.meta.url));
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      spawnSync(process.execPath, [cherenkit, "render", small], { stdio: ["ignore", "ignore", "inherit"] });
      console.log(
        `${"a small notebook, the whole command".padEnd(40)} ${((performance.now() - began) / 1000).toFixed(2)} s`,
      );
    }
    const sizes = process.argv.length > 2 ? process.argv.slice(2) : ["5", "25", "50"];
    for (const name of Object.keys(kinds))
      for (const size of sizes) spawnSync(process.execPath, [own, "--one", name, size, work], { stdio: "inherit" });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
