import { join } from "node:path";
import { readNotebook } from "../notebooks/notebook-file.js";
import { injectParameters } from "../notebooks/parameters.js";
import type { JobStage } from "./cluster-profile.js";

/**
 * Checks that a stage's notebook takes the parameters it will be given, by name and type.
 * @throws {ConfigError}
 */
export async function checkNotebook(
  stage: JobStage,
  project: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = join(project, "notebooks", `${stage}.ipynb`);
  injectParameters(await readNotebook(file), parameters, "typescript", { place: file });
}
