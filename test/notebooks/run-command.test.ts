import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { INotebookContent } from "@jupyterlab/nbformat";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { code, notebook, readJson, withNotebook } from "./notebook.js";

const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

function run(words: readonly string[], input = ""): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, "run", ...words], { encoding: "utf8", input, maxBuffer: 2 ** 28 });
}

/** The source of the cell that holds the parameters of a prepared notebook. */
function injected(content: INotebookContent): string {
  const cell = content.cells.find((item) =>
    (item.metadata.tags as string[] | undefined)?.includes("injected-parameters"),
  );
  return String(cell?.source);
}

const parameters = notebook(
  code(
    "const a: number = 1;\nconst b: number = 1;\nconst c: number = 1;\nconst d = 'x';\nconst e = 'x';",
    "parameters",
  ),
);

test("parameters come from base64, files, YAML, values and raw text, in papermill's order", async () => {
  await withNotebook(parameters, async ({ folder, input, output }) => {
    const file = join(folder, "values.yaml");
    await writeFile(file, "b: 3\nc: 3\nd: file\n");
    const base64 = Buffer.from("{a: 2, b: 2, c: 2}").toString("base64");
    const said = run([input, output, "--prepare-only", "-r", "e", "007", "-y", "c: 4", "-f", file, "-b", base64]);
    assert.equal(said.status, 0, said.stderr);
    const wanted =
      '// Parameters\nconst a: number = 2;\nconst b: number = 3;\nconst c: number = 4;\nconst d: "x" | "file" = "file";\nconst e = "007";';
    const ours = (await readJson<INotebookContent>(output)).cells[1]!;
    assert.equal(ours.source, wanted);
    const long = ["--parameters_base64", base64, "--parameters_file", file, "--parameters_yaml", "c: 4"];
    const again = run([input, "-", "--prepare-only", ...long, "--parameters_raw", "e", "007"]);
    assert.equal(injected(JSON.parse(again.stdout) as INotebookContent), wanted);
    const wrong = run([input, output, "--prepare-only", "-y", "[1, 2]"]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--yaml holds no parameters/);
  });
});

test("a notebook comes on stdin and goes to stdout; what cells print goes to files", async () => {
  const content = notebook(
    code('const where = "";', "parameters"),
    'console.log("to stdout");\nconsole.error("to stderr");\nwhere + PAPERMILL_INPUT_PATH + PAPERMILL_OUTPUT_PATH',
  );
  await withNotebook(content, async ({ folder }) => {
    const files = { stdout: join(folder, "logs/out.txt"), stderr: join(folder, "logs/err.txt") };
    const words = ["-", "-", "-p", "where", "x", "--inject-paths"];
    const said = run([...words, "--stdout-file", files.stdout, "--stderr-file", files.stderr], JSON.stringify(content));
    assert.equal(said.status, 0, said.stderr);
    const done = JSON.parse(said.stdout) as INotebookContent;
    const { outputs } = done.cells.at(-1) as unknown as { outputs: { data?: unknown }[] };
    assert.deepEqual(outputs.at(-1)!.data, { "text/plain": "'x--'" });
    const { input_path, output_path } = done.metadata.papermill as Record<string, string>;
    assert.deepEqual([input_path, output_path], ["-", "-"]);
    assert.equal(await readFile(files.stdout, "utf8"), "to stdout\n");
    assert.equal(await readFile(files.stderr, "utf8"), "to stderr\n");
  });
});

test("a failed notebook goes to stdout too; a path that cannot be written is one clear error", async () => {
  const failing = JSON.stringify(notebook('throw new Error("no");'));
  const said = run(["-", "-"], failing);
  assert.equal(said.status, 1);
  assert.match(JSON.stringify(JSON.parse(said.stdout)), /"ename":"Error","evalue":"no"/);
  const unwritable = run(["-", "-", "--stdout-file", `${program}/x`], failing);
  assert.equal(unwritable.status, 1);
  assert.match(unwritable.stderr, /cannot write .*cherenkit\.mjs\/x: a file stands where a folder is needed/);
  const both = run(["-", "-", "--json"], failing);
  assert.equal(both.status, 2);
});

test("a notebook that says little of itself, behind a byte order mark, is run all the same", () => {
  const bare = { nbformat: 4, cells: [{ cell_type: "code", source: ["40 + ", "2"], metadata: null, outputs: null }] };
  const said = run(["-", "-"], `\uFEFF${JSON.stringify(bare)}`);
  assert.equal(said.status, 0, said.stderr);
  assert.match(said.stdout, /"text\/plain": "42"/);
});

test("what is wrong with a notebook on stdin is told of standard input, not of a file nobody knows", () => {
  const cells = (...list: unknown[]): string => JSON.stringify({ nbformat: 4, cells: list });
  const nbformat3 = JSON.stringify({ nbformat: 3, worksheets: [] });
  const unknown = JSON.stringify(notebook(code("const a = 1;", "parameters")));
  for (const [words, input, exitCode, message] of [
    [["-", "-"], "{", 1, /error: this is no notebook: .*\n {2}where: {2}standard input\n/],
    [["-", "--inspect"], "", 1, /this is no notebook: .*\n {2}where: {2}standard input\n/],
    [
      ["-", "-"],
      cells({ cell_type: "code", source: 5 }),
      1,
      /cell 1 of this .*: its source is no text\n {2}where: {2}st/,
    ],
    [["-", "-"], cells({ cell_type: "raw", source: "" }, null), 1, /cell 2 of this .*: it is no object\n/],
    [["-", "-"], nbformat3, 1, /a notebook of format 3\n {2}where: {2}standard input\n/],
    [["-", "-", "-p", "b", "1"], unknown, 2, /parameter b.*\n {2}where: {2}standard input/],
  ] as const) {
    const said = run(words, input);
    assert.equal(said.status, exitCode);
    assert.match(said.stderr, message);
    assert.equal(said.stdout, "");
  }
});

test("the language of a notebook that says nothing of it can be given", async () => {
  const bare = notebook(code("a = 1", "parameters"));
  bare.metadata = {};
  const python = run(["-", "-", "--prepare-only", "-l", "python", "-p", "a", "5"], JSON.stringify(bare));
  assert.equal(injected(JSON.parse(python.stdout) as INotebookContent), "# Parameters\na = 5", python.stderr);
});

test("a display too large for a notebook stands in the log, and the notebook says so", async () => {
  const content = notebook(
    'import { display } from "tslab";\ndisplay.html("<b>" + "x".repeat(200e6) + "</b>");\ndisplay.html("<i>small</i>");',
  );
  await withNotebook(content, async ({ folder, input, output }) => {
    const said = run([input, output, "--quiet"]);
    assert.equal(said.status, 0, said.stderr);
    const [cell] = (await readJson<INotebookContent>(output)).cells as unknown as { outputs: { data: object }[] }[];
    assert.deepEqual(
      cell!.outputs.map((item) => item.data),
      [
        { "text/plain": "… text/html (200.0 MB) is left out here, out.run.jsonl has it …" },
        { "text/html": "<i>small</i>" },
      ],
    );
    const log = await readFile(join(folder, "out.run.jsonl"), "latin1");
    assert.ok(log.length > 200e6);
  });
});

test("a cell's time limit and the hidden code are heard in our words and in papermill's", async () => {
  const endless = notebook("1", "await new Promise(() => {});");
  for (const words of [
    ["--cell-timeout", "2", "--hide-code"],
    ["--execution-timeout=2", "--report-mode"],
  ])
    await withNotebook(endless, async ({ input, output }) => {
      const said = run([input, output, "--quiet", "--run-timeout", "120", ...words]);
      assert.equal(said.status, 4, said.stderr);
      const { metadata, cells } = await readJson<INotebookContent>(output);
      assert.match((metadata.cherenkit as unknown as RunRecord).error!.value, /the cell took longer than 2 s/);
      assert.deepEqual(cells.at(-1)!.metadata.jupyter, { source_hidden: true });
    });
});

test("a parameter without a value is bad usage, and no name is lost", async () => {
  await withNotebook(parameters, async ({ input, output }) => {
    for (const [words, message] of [
      [["-p", "d"], /parameter d has no value/],
      [["-r", "=x"], /parameter =x has no value/],
      [["-p", "__proto__", "1"], /the notebook has no parameter __proto__/],
    ] as const) {
      const said = run([input, output, "--prepare-only", ...words]);
      assert.equal(said.status, 2);
      assert.match(said.stderr, message);
    }
  });
});

test("a run whose listener leaves goes on and is saved", async () => {
  const prints = "for (let i = 0; i < 200; i++) { console.log(i); await new Promise((next) => setTimeout(next, 5)); }";
  await withNotebook(notebook(prints, "1 + 1"), async ({ input, output }) => {
    const line = '"$0" "$1" run "$2" "$3" | head -n 1; echo "$PIPESTATUS"';
    const said = spawnSync("bash", ["-c", line, process.execPath, program, input, output], { encoding: "utf8" });
    assert.match(said.stdout, /^cell \[1\] 0\n(0)\n$/, said.stderr);
    assert.doesNotMatch(said.stderr, /EPIPE/);
    assert.equal((await readJson<INotebookContent>(output)).cells[1]!.execution_count, 2);
  });
});

test("a folder that cannot be made, as below /proc, is one clear error", async () => {
  await withNotebook(notebook("1"), async ({ input }) => {
    const words = [program, "render", input, "--output", "/proc/none/page.html"];
    const said = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
    assert.match(said.stderr, /cannot write \/proc\/none\/page\.html/);
    assert.equal(said.status, 1);
  });
});

test("options that make no sense are refused before anything runs, with a remedy", async () => {
  await withNotebook(notebook("1"), async ({ folder, input, output }) => {
    await writeFile(join(folder, "list.yaml"), "- 1");
    await writeFile(join(folder, "empty.yaml"), "");
    for (const [words, reason] of [
      [["--html", output], /--html would be written over the executed notebook/],
      [["--stdout-file", input], /--stdout-file would be written over the notebook that is run/],
      [["--only", "2"], /there is no cell \[2\]\n.*\[1\] to \[1\]/],
      [["--from", "3"], /there is no cell \[3\]/],
      [["--from", "0"], /1 or more is needed/],
      [["--html", ""], /it is empty/],
      [["--start-timeout", "0"], /1 or more is needed/],
      [["-f", folder], /it is a folder\n.*\n.*remedy/],
      [["-f", join(folder, "none.yaml")], /there is no such file\n.*\n.*remedy/],
      [["-f", join(folder, "list.yaml")], /holds no parameters/],
      [["-b", "!!!"], /no base64/],
    ] as const) {
      const said = run([input, output, ...words]);
      assert.deepEqual([said.status, reason.test(said.stderr)], [2, true], `${words.join(" ")}: ${said.stderr}`);
    }
    assert.ok(!existsSync(output));
    const intoFolder = run([input, folder]);
    assert.match(intoFolder.stderr, /a folder stands where the file should go/);
    assert.ok(!existsSync(`${folder}.run.jsonl`));
    assert.equal(run([input, output, "-f", join(folder, "empty.yaml"), "--save-every", "0", "--to", "9"]).status, 0);
  });
});
