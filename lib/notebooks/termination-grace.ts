/**
 * How long a running cell may take to save itself after SIGTERM, in ms, before its kernel is killed. In a job the batch
 * script tells in `CHERENKIT_KILL_WAIT` how many seconds SLURM leaves until SIGKILL (its default is 30); what is left then
 * is for saving the notebook. Elsewhere nobody else kills, and a step of a large network may take a minute.
 */
export function terminationGraceMs(environment: NodeJS.ProcessEnv = process.env): number {
  if (!environment.SLURM_JOB_ID) return 120_000;
  const killWaitMs = 1000 * (Number(environment.CHERENKIT_KILL_WAIT) || 30);
  return Math.max(killWaitMs / 2, killWaitMs - 10_000);
}
