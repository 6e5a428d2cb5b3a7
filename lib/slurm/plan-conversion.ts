import { join } from "node:path";
import { runId } from "../files/run-id.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { type ClusterProfile, stageResources } from "./cluster-profile.js";
import type { Job } from "./job.js";

/**
 * An array job that converts files with ctapipe, each task its share. Writes the list of files that the tasks read.
 * @param output folder of the DL1 files; scripts and logs go to `.jobs` below it
 * @param words more options of `cherenkit convert`
 */
export async function planConversion(
  files: readonly string[],
  output: string,
  profile: ClusterProfile,
  tasks: number,
  words: readonly string[],
): Promise<Job> {
  const folder = join(output, ".jobs", `convert-${runId()}`);
  const list = join(folder, "files.txt");
  await writeFileAtomically(list, `${files.join("\n")}\n`);
  return {
    key: "convert",
    stage: "convert",
    name: `convert ×${tasks}`,
    array: true,
    parallel: null,
    folder,
    resources: { ...stageResources(profile, "convert"), gpus: profile.stages.convert?.gpus ?? null },
    waitsFor: [],
    tasks: Array.from({ length: tasks }, (_, i) => {
      const runFolder = join(folder, `share-${i + 1}`);
      const share = `${i + 1}/${tasks}`;
      return {
        stage: "convert",
        subject: `files ${share}`,
        runFolder,
        arguments: [
          ...["convert", "--from", list, "--output", output, "--shard", share, "--run-folder", runFolder],
          ...words,
        ],
        modelFolder: null,
      };
    }),
  };
}
