import { type MergedFile, type MergeOptions, mergeFiles } from "./merge-files.js";
import { neededByTraining, type ReduceOptions } from "./needed-groups.js";

/**
 * Writes a ctapipe file again without what training does not need.
 * @throws {InputError} | {OutputError} as `mergeFiles`
 */
export function reduceFile(
  file: string,
  output: string,
  options: ReduceOptions = {},
  onProgress?: MergeOptions["onProgress"],
): Promise<MergedFile> {
  return mergeFiles([file], output, { activity: "cherenkit reduce", keep: neededByTraining(options), onProgress });
}
