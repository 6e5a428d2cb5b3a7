export interface RunOptions {
  /** Notebook to run. */
  readonly input: string;
  /** Executed notebook, written anew after each cell; may be the input. */
  readonly output: string;
  /** Values for names that the cell tagged `parameters` declares. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Kernel to use instead of the notebook's own. */
  readonly kernel?: string;
  /** Working folder of the kernel; by default this process's. */
  readonly cwd?: string;
  /** A cell that takes longer is interrupted, and the run ends. */
  readonly cellTimeoutMs?: number;
  /** Page to write at the end, also of a run that failed. */
  readonly html?: string;
  /** Gets `run.jsonl` (every output as it came) and `run.json`. */
  readonly runFolder?: string;
  readonly onOutput?: (output: CellOutput) => void;
}

/** What a running cell says. */
export interface CellOutput {
  /** `In [cell]` of the notebook. */
  readonly cell: number;
  readonly kind: "stdout" | "stderr" | "display" | "result" | "error";
  readonly text: string;
}
