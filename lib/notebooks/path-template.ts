import { randomUUID } from "node:crypto";
import { ConfigError } from "../errors.js";

/**
 * Fills `{name}` in a path: parameters of the run, `{run_id}`, `{slurm_job_id}`, `{array_task}`, and papermill's
 * `{pm.run_uuid}`, `{pm.current_datetime_local}`, `{pm.current_datetime_utc}`. `{{` stands for `{`.
 * @throws {ConfigError} for a name that has no value
 */
export function fillPath(
  template: string,
  parameters: Readonly<Record<string, unknown>>,
  runId: string = randomUUID(),
): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  const known: Readonly<Record<string, unknown>> = {
    run_id: runId,
    slurm_job_id: process.env.SLURM_JOB_ID,
    array_task: process.env.SLURM_ARRAY_TASK_ID,
    "pm.run_uuid": runId,
    "pm.current_datetime_utc": now.toISOString().slice(0, 19),
    "pm.current_datetime_local": local.toISOString().slice(0, 19),
    ...parameters,
  };
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (match, name: string | undefined) => {
    if (name === undefined) return match[0]!;
    const value = known[name];
    if (value === undefined || value === null || typeof value === "object") {
      throw new ConfigError(`nothing is known to put in for {${name}}`, {
        place: template,
        remedy: `known are ${Object.keys(known)
          .filter((key) => known[key] !== undefined && typeof known[key] !== "object")
          .join(", ")}; write {{ for a brace`,
      });
    }
    return String(value);
  });
}
