import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { codeBlocks, project, words } from "../docs/code-blocks.js";
import { sharedData } from "../shared-data.js";

/** Raw camera events, which no command makes; the lines about them are left out where they are absent. */
const rawEvents = join(sharedData, "real/sst1m_20180823_32events.r0.h5");

/** A project of its own with the configurations of the demonstration, so that nothing of the reader's is touched. */
const folder = mkdtempSync(join(tmpdir(), "cherenkit-documentation-"));
before(() => {
  cpSync(join(project, "configs"), join(folder, "configs"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  if (existsSync(rawEvents)) cpSync(rawEvents, join(folder, "sst1m.r0.h5"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function cherenkit(args: readonly string[]): Promise<void> {
  const program = join(project, "lib/cli/cherenkit.mjs");
  await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1 << 26 });
}

/** What would take minutes is made small: fewer showers, one epoch. Commands are otherwise run as they are printed. */
function smaller(args: readonly string[]): string[] {
  const small = args.map((word, i) => (args[i - 1] === "--events" ? "48" : word));
  return args[0] === "train" || args[0] === "prepare"
    ? [...small, "--set", "n_epochs=1", "--set", "batch_size=16"]
    : small;
}

test("the commands of the first steps, and of the pages that build on them, work in their order", async () => {
  const pages = ["docs/first-steps.md", "docs/data-formats.md", "docs/models.md"];
  const lines = pages
    .flatMap((page) => codeBlocks(page, "sh"))
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.startsWith("npx cherenkit"))
    // What needs simtel files and Python, or waits for events, has a test of its own: convert.interop and live.
    .filter((line) => !/^npx cherenkit (convert|predict .* --stream) /.test(line));
  assert.ok(lines.length >= 12, `${lines.length} commands`);
  for (const line of lines) {
    if (line.includes("sst1m.r0.h5") && !existsSync(rawEvents)) console.log(`skipped: ${line}: ${rawEvents} is absent`);
    else await cherenkit(smaller(words(line).slice(2)));
  }
  for (const left of [
    "models/energy/cnn/report.html",
    "models/energy/compare.html",
    "models/energy/imported/report.html",
    "data/examples.csv",
    "data/images.h5",
  ]) {
    assert.ok(existsSync(join(folder, left)), left);
  }
});

test("the TypeScript of the pages runs as the cells of a notebook", async () => {
  const cells = ["docs/first-steps.md", "docs/training.md", "docs/engine.md", "README.md"].flatMap((page) =>
    codeBlocks(page, "ts"),
  );
  assert.ok(cells.length >= 4, `${cells.length} blocks`);
  const shorter = (source: string): string =>
    source.replace(
      /loadConfig\((".*?")\)/g,
      'loadConfig($1, { n_epochs: "1", batch_size: "16", output_dir: "models/energy/page" })',
    );
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "cherenkit", display_name: "TypeScript (cherenkit)", language: "typescript" } },
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `page-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source: shorter(source),
    })),
  };
  writeFileSync(join(folder, "pages.ipynb"), JSON.stringify(notebook));
  await cherenkit(["run", "pages.ipynb", "pages-run.ipynb"]);
});
