type MimeData = Readonly<Record<string, unknown>>;

/** How much of what a cell displays stands in the notebook, in characters. */
export interface DisplayBudget {
  /** For one display. */
  readonly one: number;
  /** What is left for all displays of the cell. */
  cell: number;
  /** File that holds all of it, for the note; null when there is none. */
  readonly completeIn: string | null;
}

export function newDisplayBudget(
  completeIn: string | null = null,
  one: number = 20_000_000,
  cell: number = 100_000_000,
): DisplayBudget {
  return { one, cell, completeIn };
}

function sizeOf(content: unknown): number {
  if (typeof content === "string") return content.length;
  if (Array.isArray(content) && content.every((part) => typeof part === "string"))
    return content.reduce((sum, part) => sum + part.length, 0);
  return JSON.stringify(content)?.length ?? 0;
}

/**
 * A display's formats without those that would make the notebook too large to open, the largest first; a note says
 * what is left out. A notebook of some hundred MB is of no use to anybody.
 * @param replaces an update of a display, which takes the place of what stood there
 */
export function withinBudget(data: MimeData, budget: DisplayBudget, replaces = false): MimeData {
  const sizes = Object.entries(data)
    .map(([type, content]) => [type, sizeOf(content)] as const)
    .sort(([, a], [, b]) => b - a);
  let total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const most = replaces ? budget.one : Math.min(budget.one, budget.cell);
  const leftOut: string[] = [];
  for (const [type, size] of sizes) {
    if (total <= most) break;
    leftOut.push(`${type} (${(size / 1e6).toFixed(1)} MB)`);
    total -= size;
  }
  if (!replaces) budget.cell -= total;
  if (leftOut.length === 0) return data;
  const kept = Object.entries(data).filter(([type]) => !leftOut.some((item) => item.startsWith(`${type} (`)));
  const elsewhere = budget.completeIn ? `, ${budget.completeIn} has it` : "";
  const note = `… ${leftOut.join(", ")} is left out here${elsewhere} …`;
  const text = kept.find(([type]) => type === "text/plain")?.[1];
  const plain = text === undefined ? note : `${note}\n${Array.isArray(text) ? text.join("") : String(text)}`;
  return { ...Object.fromEntries(kept), "text/plain": plain };
}
