import { currentJobId, readAttempts, readRecord } from "./job-record.js";
import { type CallOptions, SlurmError, slurm } from "./slurm-command.js";

/**
 * Cancels the jobs of some runs; training saves itself first. A job that has ended already is passed over.
 * @returns the ids of the cancelled jobs
 */
export async function cancelRuns(folders: readonly string[], options: CallOptions = {}): Promise<string[]> {
  const ids = folders.flatMap((folder) => {
    const record = readRecord(folder);
    const attempts = readAttempts(folder);
    const id = record && currentJobId(record, attempts);
    return id && attempts.at(-1)?.next !== "finished" ? [id] : [];
  });
  const unique = [...new Set(ids)];
  for (let start = 0; start < unique.length; start += 200) {
    try {
      await slurm("scancel", unique.slice(start, start + 200), options);
    } catch (error) {
      // Some of them ended in the meantime.
      if (!(error instanceof SlurmError) || !/invalid job id|already (completing|completed)/i.test(error.said))
        throw error;
    }
  }
  return unique;
}
