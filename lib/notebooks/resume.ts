import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ICodeCell, INotebookContent } from "@jupyterlab/nbformat";
import { ConfigError } from "../errors.js";
import { type PlannedCell, planCells } from "./cell-plan.js";
import { readCellRecord } from "./cell-record.js";
import { cellTags, injectedTag, isCodeCell, joinedText } from "./notebook-cell.js";
import { markerTag, readNotebook } from "./notebook-file.js";
import { parametersTag } from "./parameters.js";

/**
 * How to go on after a run that did not complete. `cached` runs all cells again but those tagged `cache` whose work
 * is done; `from-failed` runs the cells tagged `setup` and those of the parameters, then goes on at the first cell that
 * did not complete.
 */
export type Resume = "cached" | "from-failed";

/** Hashes of each planned cell with all code before it; parameters are part of that code. */
export function cellKeys(plan: readonly PlannedCell[], kernel: string): string[] {
  let key = kernel;
  return plan.map(({ cell }) => {
    key = createHash("sha256").update(key).update("\0").update(joinedText(cell.source)).digest("hex").slice(0, 16);
    return key;
  });
}

/** The notebook that an earlier run left at `file`; null when there is none. */
export async function earlierRun(file: string): Promise<INotebookContent | null> {
  if (!existsSync(file)) return null;
  const notebook = await readNotebook(file);
  const cells = notebook.cells.filter((cell) => !cellTags(cell).includes(markerTag));
  return { ...notebook, cells };
}

/**
 * The cells of an earlier run that completed the same ones with the same parameters; null when it did not. Cells that
 * are not to run, then and now, are none of them.
 */
export function completedCells(
  earlier: INotebookContent,
  plan: readonly PlannedCell[],
  keys: readonly string[],
): Map<PlannedCell, ICodeCell> | null {
  const { status } = (earlier.metadata.cherenkit ?? {}) as { status?: string };
  const found = earlier.cells.filter(isCodeCell).filter((cell) => readCellRecord(cell).key !== undefined);
  const running = plan.flatMap((planned, i) => (planned.runs ? [{ planned, key: keys[i] }] : []));
  const same = running.every(({ key }, i) => found[i] !== undefined && readCellRecord(found[i]).key === key);
  if (status !== "completed" || found.length !== running.length || !same) return null;
  return new Map(running.map(({ planned }, i) => [planned, found[i]!]));
}

/** Files that a cell says it writes, in its metadata `creates`, relative to the kernel's folder. */
function created(cell: ICodeCell, cwd: string): string[] {
  const { creates } = cell.metadata;
  return Array.isArray(creates) ? creates.map((path) => resolve(cwd, String(path))) : [];
}

/**
 * The cells that need not run again, with what they left in the earlier run.
 * @throws {ConfigError} for `from-failed` when a cell that completed has been changed since
 */
export function reusableCells(
  mode: Resume,
  earlier: INotebookContent,
  plan: readonly PlannedCell[],
  keys: readonly string[],
  cwd: string,
): Map<PlannedCell, ICodeCell> {
  const found = new Map<PlannedCell, ICodeCell>();
  const byCount = new Map(planCells(earlier).map(({ count, cell }) => [count, cell]));
  for (const [i, planned] of plan.entries()) {
    if (!planned.runs) continue;
    const before = byCount.get(planned.count);
    const record = before ? readCellRecord(before) : {};
    const done = record.status === "completed" || record.status === "cached";
    const same = record.key === keys[i];
    if (mode === "cached") {
      const files = created(planned.cell, cwd);
      const kept =
        cellTags(planned.cell).includes("cache") && files.length > 0 && files.every((file) => existsSync(file));
      if (before && done && same && kept) found.set(planned, before);
      continue;
    }
    if (!done) break;
    if (!same) {
      throw new ConfigError(`cell [${planned.count}] completed in the earlier run, but its code has changed since`, {
        remedy: "run the notebook from the top, without --from-failed",
      });
    }
    const isSetup = cellTags(planned.cell).some((tag) => ["setup", parametersTag, injectedTag].includes(tag));
    if (before && !isSetup) found.set(planned, before);
  }
  return found;
}
