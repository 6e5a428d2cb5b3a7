import { join } from "node:path";
import { waitForLock } from "../files/output-lock.js";
import { taskFolder, type Variant } from "./plan.js";

/**
 * Lets one submission at a time look for jobs of the same models and add its own: of two that began in the same moment the
 * second one waits, and then finds the jobs of the first.
 * @param say is told whom it waits for
 * @returns a function that lets others in
 * @throws {OutputError} when a task's folder cannot be written
 */
export async function claimModels(variants: readonly Variant[], say: (line: string) => void): Promise<() => void> {
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const free of releases) free();
  };
  try {
    // In one order, so that no two submissions wait for each other.
    for (const folder of [...new Set(variants.map(({ config }) => taskFolder(config)))].sort()) {
      const onWait = (owner: string): void => say(`waiting for another submission of models in ${folder} (${owner})`);
      releases.push(await waitForLock(join(folder, "submit"), onWait));
    }
  } catch (error) {
    release();
    throw error;
  }
  return release;
}
