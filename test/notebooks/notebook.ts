import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ICell, ICodeCell, INotebookContent } from "@jupyterlab/nbformat";

export function code(source: string, ...tags: string[]): ICodeCell {
  return { cell_type: "code", source, metadata: tags.length > 0 ? { tags } : {}, outputs: [], execution_count: null };
}

export function prose(source: string): ICell {
  return { cell_type: "markdown", source, metadata: {} };
}

export function notebook(...cells: (ICell | string)[]): INotebookContent {
  const all = cells.map((cell) => (typeof cell === "string" ? code(cell) : cell));
  return { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: all };
}

/** A temporary folder with `in.ipynb`, given to `body` and removed after it. */
export async function withNotebook<T>(
  content: INotebookContent,
  body: (paths: { folder: string; input: string; output: string }) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-notebook-"));
  const input = join(folder, "in.ipynb");
  try {
    await writeFile(input, JSON.stringify(content));
    return await body({ folder, input, output: join(folder, "out.ipynb") });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8")) as T;
}

/** The code cells of a notebook file. */
export async function codeCells(file: string): Promise<ICodeCell[]> {
  const content = await readJson<INotebookContent>(file);
  return content.cells.filter((cell): cell is ICodeCell => cell.cell_type === "code");
}
