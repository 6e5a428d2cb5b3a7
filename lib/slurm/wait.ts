import { setTimeout as sleep } from "node:timers/promises";
import { SlurmError } from "./slurm-command.js";
import { type RunStatus, runStatuses } from "./status.js";

export interface WaitOptions {
  /** Is told the runs whose state has changed, at first all of them, and how many of all have not ended yet. */
  readonly onChange?: (changed: readonly RunStatus[], open: number) => void;
  /** Milliseconds between two questions; they grow to the second number. */
  readonly pollMs?: readonly [number, number];
}

const open = new Set(["pending", "running", "suspended", "held"]);

/** Whether a run waits, runs or is suspended. */
export const isOpen = (run: Pick<RunStatus, "state">): boolean => open.has(run.state);

/**
 * Waits until no run at or below some folders is pending, running, suspended or held. The controller is asked once for all of
 * them, seldom: after 5 s, then less and less often, at most once a minute.
 */
export async function waitForRuns(folders: readonly string[], options: WaitOptions = {}): Promise<RunStatus[]> {
  const [first, longest] = options.pollMs ?? [5000, 60_000];
  let pause = first;
  let before = new Map<string, string>();
  for (;;) {
    let runs: RunStatus[];
    try {
      runs = await runStatuses(folders);
    } catch (error) {
      if (!(error instanceof SlurmError) || !error.busy) throw error;
      await sleep(longest);
      continue;
    }
    const states = new Map(runs.map((run) => [run.folder, `${run.jobId} ${run.state} ${run.restarts}`]));
    const changed = runs.filter(({ folder }) => states.get(folder) !== before.get(folder));
    const left = runs.filter(isOpen).length;
    if (changed.length > 0) {
      options.onChange?.(changed, left);
      pause = first;
    }
    before = states;
    if (left === 0) return runs;
    await sleep(pause);
    pause = Math.min(pause * 1.5, longest);
  }
}
