import { ConfigError } from "../errors.js";
import type { Variant } from "./plan.js";
import { accounting } from "./queue.js";
import { SlurmError, slurm } from "./slurm-command.js";
import { runStatuses } from "./status.js";
import { isOpen } from "./wait.js";

/** Whether the controller, or the accounting, has heard of a job. */
async function isKnown(id: string): Promise<boolean> {
  try {
    return (
      (await slurm("squeue", ["-h", "-a", "-t", "all", "-j", id, "-o", "%i"])) !== "" || (await accounting(id)) !== ""
    );
  } catch (error) {
    if (error instanceof SlurmError && /invalid job id/i.test(error.said)) return (await accounting(id)) !== "";
    throw error;
  }
}

/**
 * A job that waits for one which SLURM does not know is refused by some versions, and begins at once in others.
 * @throws {ConfigError} naming those of the jobs to be waited for that SLURM does not know
 */
export async function checkKnown(after: readonly string[]): Promise<void> {
  const known = await Promise.all(after.map(isKnown));
  const unknown = after.filter((_, i) => !known[i]);
  if (unknown.length === 0) return;
  throw new ConfigError(`SLURM does not know the job ${unknown.join(", ")} that is to be waited for`, {
    remedy: "look for its number with cherenkit status; leave out --after if it ended long ago",
  });
}

/**
 * Two trainings must not write one model folder.
 * @param after jobs that must have ended before the new ones begin
 * @throws {ConfigError} naming the jobs that train, or wait to train, one of these models already
 */
export async function checkNotInQueue(variants: readonly Variant[], after: readonly string[]): Promise<void> {
  const runs = await runStatuses(variants.map(({ config }) => config.modelFolder));
  const awaited = (id: string): boolean => after.includes(id) || after.includes(id.split("_")[0]!);
  const busy = runs.filter((run) => run.stage === "train" && run.jobId && isOpen(run) && !awaited(run.jobId));
  if (busy.length === 0) return;
  const list = busy.slice(0, 5).map(({ subject, jobId, state }) => `  ${subject}: job ${jobId}, ${state}`);
  const more = busy.length > list.length ? [`  and ${busy.length - list.length} more`] : [];
  throw new ConfigError(`these models are trained by jobs already:\n${[...list, ...more].join("\n")}`, {
    remedy: "wait for them, cancel them (cherenkit cancel), begin --after them, or give another output_dir",
  });
}
