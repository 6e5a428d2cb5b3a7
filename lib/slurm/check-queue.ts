import { ConfigError } from "../errors.js";
import type { Variant } from "./plan.js";
import { runStatuses } from "./status.js";
import { isOpen } from "./wait.js";

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
