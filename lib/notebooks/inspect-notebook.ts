import { DataTable } from "../display/data-table.js";
import type { DeclaredParameter } from "./declared-parameter.js";
import { declaredParameters } from "./declared-parameters.js";
import { kernelName } from "./execute.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";
import { readNotebook } from "./notebook-file.js";
import { parametersTag } from "./parameters.js";

export type NotebookParameter = Omit<DeclaredParameter, "shape">;

/**
 * The parameters a notebook takes.
 * @param place what errors call it, where the file is a passing one
 * @throws {InputError} when it is no notebook
 */
export async function inspectNotebook(file: string, place: string = file): Promise<NotebookParameter[]> {
  const notebook = await readNotebook(file, place);
  const cell = notebook.cells.find((item) => isCodeCell(item) && cellTags(item).includes(parametersTag));
  if (!cell) return [];
  const { kernelspec, language_info } = notebook.metadata;
  const python = (language_info?.name ?? kernelspec?.language ?? kernelName(notebook)).toString().startsWith("python");
  return declaredParameters(joinedText(cell.source), python ? "python" : "typescript").map(
    ({ shape: _, ...parameter }) => parameter,
  );
}

export function parametersTable(parameters: readonly NotebookParameter[]): DataTable {
  return new DataTable(
    ["name", "type", "default", "meaning"],
    parameters.map(({ name, type, value, help }) => [name, type, value, help]),
  );
}
