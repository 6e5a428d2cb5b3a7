import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { ICodeCell, INotebookContent, IOutput } from "@jupyterlab/nbformat";
import { runNotebook } from "../../lib/notebooks/execute.js";
import { installKernel } from "../../lib/notebooks/install-kernel.js";
import { peersPython } from "../peers.js";
import { code, codeCells, notebook, withNotebook } from "./notebook.js";

function needsPython(...modules: string[]): { skip: string | false } {
  const found = existsSync(peersPython) && succeeds(["-c", modules.map((name) => `import ${name}`).join("; ")]);
  return { skip: found ? false : `no ${modules.join(", ")} here (${peersPython})` };
}

function succeeds(args: string[]): boolean {
  try {
    execFileSync(peersPython, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function python(args: readonly string[], jupyterPath: string): string {
  const env = { ...process.env, JUPYTER_PATH: jupyterPath };
  return execFileSync(peersPython, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** A notebook of kernel `name` whose kernelspec lies in the returned Jupyter path. */
async function typescriptNotebook(folder: string, ...cells: (ICodeCell | string)[]): Promise<string> {
  await installKernel(join(folder, "jupyter"));
  const content = notebook(...cells);
  const kernelspec = { name: "cherenkit", display_name: "TypeScript (cherenkit)", language: "typescript" };
  await writeFile(join(folder, "in.ipynb"), JSON.stringify({ ...content, metadata: { kernelspec } }));
  return join(folder, "jupyter");
}

test("papermill runs a TypeScript notebook and sees its error", needsPython("papermill"), async () => {
  await withNotebook(notebook(), async ({ folder, input, output }) => {
    const path = await typescriptNotebook(folder, "const n: number = 20;\nn + 1", 'console.log("said");');
    python(["-m", "papermill", "--no-progress-bar", input, output], path);
    const cells = await codeCells(output);
    assert.deepEqual(
      cells.map((cell) => cell.outputs),
      [
        [{ output_type: "execute_result", data: { "text/plain": ["21"] }, metadata: {}, execution_count: 1 }],
        [{ output_type: "stream", name: "stdout", text: ["said\n"] }],
      ],
    );
    await typescriptNotebook(folder, 'throw new RangeError("too far");');
    assert.throws(() => python(["-m", "papermill", "--no-progress-bar", input, output], path), /RangeError: too far/);
  });
});

test(
  "nbclient runs all cells, also after an error that is allowed, and loses no line",
  needsPython("nbclient"),
  async () => {
    await withNotebook(notebook(), async ({ folder, input, output }) => {
      const burst = 'for (let i = 0; i < 20000; i++) console.log("line " + i);';
      const path = await typescriptNotebook(
        folder,
        code('throw new Error("expected");', "raises-exception"),
        burst,
        "await (async () => 3)()",
      );
      const script = `import nbformat, nbclient, sys
nb = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(nb, timeout=120).execute()
nbformat.write(nb, sys.argv[2])`;
      python(["-c", script, input, output], path);
      const [fails, floods, last] = await codeCells(output);
      assert.equal(fails!.outputs[0]!.output_type, "error");
      const text = floods!.outputs.flatMap((item) => (item as { text: string[] }).text).join("");
      assert.equal(text.split("\n").length, 20_001);
      assert.match(JSON.stringify(last!.outputs), /"text\/plain":\["3"\]/);
    });
  },
);

/** Outputs in one form, whether texts are lists of lines or not and streams come in pieces or not. */
function tidy(outputs: readonly IOutput[]): unknown[] {
  const joined = (text: unknown): unknown => (Array.isArray(text) ? text.join("") : text);
  const tidied: Record<string, unknown>[] = [];
  for (const { traceback: _, ...output } of outputs) {
    const data = output.data as Record<string, unknown> | undefined;
    const one = {
      ...output,
      ...(output.text === undefined ? {} : { text: joined(output.text) }),
      ...(data ? { data: Object.fromEntries(Object.entries(data).map(([type, value]) => [type, joined(value)])) } : {}),
    } as Record<string, unknown>;
    const last = tidied.at(-1);
    if (one.output_type === "stream" && last?.output_type === "stream" && last.name === one.name)
      last.text = String(last.text) + String(one.text);
    else tidied.push(one);
  }
  return tidied;
}

const pythonCells = [
  code("n = 1  # how many\nname: str = 'a'", "parameters"),
  "n, name",
  "import sys\nfor i in range(3): print('line', i)\nprint('careful', file=sys.stderr)",
  "from IPython.display import HTML, display, update_display, clear_output\ndisplay(HTML('<b>x</b>'))\nh = display('before', display_id='one')",
  "update_display('after', display_id='one')",
  "print('gone'); clear_output(wait=True); print('stays')",
  code("1 / 0", "raises-exception"),
  code("undefined_name", "skip-execution"),
  "{'a': [1, 2]}",
];

test("a Python notebook gives the same outputs as with nbclient", needsPython("nbclient", "ipykernel"), async () => {
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  const content = { ...notebook(...pythonCells), metadata: { kernelspec } } as INotebookContent;
  await withNotebook(content, async ({ folder, input, output }) => {
    const prefix = join(folder, "python");
    execFileSync(peersPython, ["-m", "ipykernel", "install", "--prefix", prefix], { stdio: "ignore" });
    process.env.JUPYTER_PATH = join(prefix, "share/jupyter");
    const ours = await runNotebook({ input, output, parameters: { n: 5, name: "b" }, cwd: folder });
    assert.deepEqual([ours.status, ours.error], ["completed", undefined]);
    const theirs = join(folder, "theirs.ipynb");
    const script =
      "import nbformat, nbclient, sys; nb = nbformat.read(sys.argv[1], 4); nbclient.NotebookClient(nb, timeout=120).execute(); nbformat.write(nb, sys.argv[2])";
    const prepared = JSON.parse(await readFile(output, "utf8")) as INotebookContent;
    for (const cell of prepared.cells) if (cell.cell_type === "code") (cell as ICodeCell).outputs = [];
    await writeFile(input, JSON.stringify(prepared));
    python(["-c", script, input, theirs], process.env.JUPYTER_PATH);
    const outputs = async (file: string): Promise<unknown[]> =>
      (await codeCells(file)).map((cell) => tidy(cell.outputs));
    assert.deepEqual(await outputs(output), await outputs(theirs));
    assert.match(JSON.stringify(await outputs(output)), /\(5, 'b'\).*after.*ZeroDivisionError/);
  });
});

test("a Python cell that does not end is interrupted at its time limit", needsPython("ipykernel"), async () => {
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  const content = { ...notebook("import time; time.sleep(600)"), metadata: { kernelspec } } as INotebookContent;
  await withNotebook(content, async ({ folder, input, output }) => {
    const prefix = join(folder, "python");
    execFileSync(peersPython, ["-m", "ipykernel", "install", "--prefix", prefix], { stdio: "ignore" });
    process.env.JUPYTER_PATH = join(prefix, "share/jupyter");
    const result = await runNotebook({ input, output, cellTimeoutMs: 3000 });
    assert.deepEqual([result.status, result.exitCode], ["timeout", 4]);
    assert.match(JSON.stringify((await codeCells(output))[0]!.outputs), /KeyboardInterrupt/);
  });
});
