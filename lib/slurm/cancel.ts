import { SlurmError, slurm } from "./slurm-command.js";
import { runStatuses } from "./status.js";
import { isOpen } from "./wait.js";

/**
 * Cancels the jobs of some runs; training saves itself first. A job that has ended already is passed over.
 * @returns the ids of the cancelled jobs
 */
export async function cancelRuns(folders: readonly string[]): Promise<string[]> {
  const open = (await runStatuses(folders)).filter(isOpen);
  const ids = [...new Set(open.flatMap(({ jobId }) => jobId ?? []))];
  for (let start = 0; start < ids.length; start += 200) {
    try {
      await slurm("scancel", ids.slice(start, start + 200));
    } catch (error) {
      // Some of them ended in the meantime.
      if (!(error instanceof SlurmError) || !/invalid job id|already (completing|completed)/i.test(error.said))
        throw error;
    }
  }
  return ids;
}
