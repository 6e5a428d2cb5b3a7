import type { ICodeCell, INotebookContent } from "@jupyterlab/nbformat";
import { ConfigError } from "../errors.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";

/** Which cells of a notebook are to run, by their numbers in a full run; all when nothing is given. */
export interface CellChoice {
  readonly from?: number;
  readonly to?: number;
  readonly only?: readonly number[];
  /** Cells with one of these tags are left out, besides those tagged `skip-execution`. */
  readonly skipTags?: readonly string[];
}

/** A code cell that has a number. */
export interface PlannedCell {
  readonly cell: ICodeCell;
  /** Its place among all cells. */
  readonly index: number;
  /** `[count]` in a full run. */
  readonly count: number;
  readonly runs: boolean;
}

/**
 * The code cells in their order. A cell tagged `skip-execution` has no number and never runs; at a cell tagged `stop`
 * the run ends, as if the notebook ended there.
 */
export function planCells(notebook: INotebookContent, choice: CellChoice = {}): PlannedCell[] {
  let count = 0;
  let stopped = false;
  return notebook.cells.flatMap((cell, index): PlannedCell[] => {
    if (!isCodeCell(cell) || joinedText(cell.source).trim() === "") return [];
    const tags = cellTags(cell);
    if (tags.includes("skip-execution")) return [];
    count++;
    stopped ||= tags.includes("stop");
    const chosen = choice.only
      ? choice.only.includes(count)
      : count >= (choice.from ?? 1) && count <= (choice.to ?? Number.POSITIVE_INFINITY);
    const skipped = choice.skipTags?.some((tag) => tags.includes(tag)) ?? false;
    return [{ cell, index, count, runs: chosen && !skipped && !stopped }];
  });
}

/** @throws {ConfigError} when no cell is chosen, or one that is not there */
export function checkChoice(plan: readonly PlannedCell[], { from = 1, to, only }: CellChoice): void {
  const last = plan.length;
  const missing = only?.find((count) => count < 1 || count > last) ?? (from > Math.max(1, last) ? from : undefined);
  const remedy = `the notebook has cells [1] to [${last}]`;
  if (missing !== undefined) throw new ConfigError(`there is no cell [${missing}]`, { remedy });
  if (to !== undefined && to < from) throw new ConfigError(`no cell stands from [${from}] to [${to}]`, { remedy });
}

/** Longest time a cell may take, in ms: its metadata `timeout`, its tag `timeout=SECONDS`, else `general`. */
export function cellTimeoutMs(cell: ICodeCell, general: number | undefined): number | undefined {
  const tag = cellTags(cell).find((item) => /^timeout=\d+(\.\d+)?$/.test(item));
  const { timeout } = cell.metadata;
  const own = typeof timeout === "number" ? timeout : tag === undefined ? undefined : Number(tag.slice(8));
  if (own === undefined) return general;
  return own > 0 ? own * 1000 : undefined;
}
