import type { CellChoice } from "./cell-plan.js";
import type { Resume } from "./resume.js";
import type { EarlierAttempt } from "./run-record.js";

export interface RunOptions {
  /** Notebook to run. */
  readonly input: string;
  /** Executed notebook, written anew after each cell; may be the input. */
  readonly output: string;
  /** Values for names that the cell tagged `parameters` declares. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Take parameters that the notebook does not declare, too. */
  readonly allowUnknown?: boolean;
  /** Kernel to use instead of the notebook's own. */
  readonly kernel?: string;
  /** Language of the cells, where the notebook says nothing of it or something wrong: `typescript`, `python`. */
  readonly language?: string;
  /** Names that are given to the notebook whether it declares them or not; `parameters` of the same name go before. */
  readonly injected?: Readonly<Record<string, string>>;
  /** What the record calls input and output, where the files are passing ones. */
  readonly inputName?: string;
  readonly outputName?: string;
  /** Working folder of the kernel; by default this process's. */
  readonly cwd?: string;
  /** Variables of the kernel's environment whose values appear nowhere: not in the notebook, its page or its log. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Which cells run; by default all. */
  readonly cells?: CellChoice;
  /** Go on after a run that left its notebook at `output`; what it completed with the same code is not done again. */
  readonly resume?: Resume;
  /** The kernel must answer within this; by default 60 s. */
  readonly startTimeoutMs?: number;
  /** A cell that takes longer is interrupted, and the run ends; a cell's metadata `timeout` (s) goes before. */
  readonly cellTimeoutMs?: number;
  /** A run that takes longer is interrupted and ends. */
  readonly runTimeoutMs?: number;
  /** Longest time between two savings while a cell runs; by default 30 s. */
  readonly saveEveryMs?: number;
  /** A cell that says nothing for this long is told of as alive; by default a minute. */
  readonly heartbeatMs?: number;
  /** Hide the code of all cells in the executed notebook and on its page. */
  readonly hideCode?: boolean;
  /** Page to write at the end, also of a run that failed. */
  readonly html?: string;
  /** Title of the page; by default the notebook's name. */
  readonly title?: string;
  /** Gets `run.jsonl` (every output as it came) and `run.json`. */
  readonly runFolder?: string;
  /** Earlier attempts of this run, which it goes on from; told in `run.json` and on the page. */
  readonly earlier?: readonly EarlierAttempt[];
  /** Where every output goes as it comes, when there is no run folder. */
  readonly log?: string;
  readonly onOutput?: (output: CellOutput) => void;
  /** Gets what is amiss with the page: pictures that are not there. */
  readonly onWarning?: (text: string) => void;
}

/** What a running cell says, and what the runner says of it. */
export interface CellOutput {
  /** `[cell]` of the notebook. */
  readonly cell: number;
  readonly kind: "stdout" | "stderr" | "display" | "result" | "error" | "heartbeat" | "warning";
  readonly text: string;
}
