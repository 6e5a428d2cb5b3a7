import { setTimeout as sleep } from "node:timers/promises";
import { SlurmError } from "./slurm-command.js";
import { type RunStatus, runStatuses } from "./status.js";

export interface WaitOptions {
  /** Is told the states whenever one has changed. */
  readonly onChange?: (runs: readonly RunStatus[]) => void;
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
  let before = "";
  for (;;) {
    let runs: RunStatus[];
    try {
      runs = await runStatuses(folders);
    } catch (error) {
      if (!(error instanceof SlurmError) || !error.busy) throw error;
      await sleep(longest);
      continue;
    }
    const states = runs.map((run) => `${run.jobId} ${run.state} ${run.restarts}`).join("\n");
    if (states !== before) {
      options.onChange?.(runs);
      pause = first;
    }
    before = states;
    if (!runs.some(isOpen)) return runs;
    await sleep(pause);
    pause = Math.min(pause * 1.5, longest);
  }
}
