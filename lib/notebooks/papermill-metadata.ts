import type { INotebookMetadata } from "@jupyterlab/nbformat";
import { version } from "../config/version.js";
import type { RunRecord } from "./run-record.js";

/**
 * The keys that papermill writes into a notebook's metadata, for the tools that read them.
 * @param run how it was run; null for a notebook that is only prepared
 */
export function papermillMetadata(
  about: Pick<RunRecord, "parameters" | "input" | "output">,
  run: RunRecord | null,
): INotebookMetadata[string] {
  const hasFailed = run !== null && run.status !== "running" && run.status !== "completed";
  return {
    default_parameters: {},
    environment_variables: {},
    parameters: JSON.parse(JSON.stringify(about.parameters)),
    version: `cherenkit ${version}`,
    input_path: about.input,
    output_path: about.output,
    start_time: run?.startedAt ?? null,
    end_time: run?.endedAt ?? null,
    duration: run === null || run.endedAt === null ? null : run.seconds,
    exception: hasFailed ? true : null,
  } as INotebookMetadata[string];
}
