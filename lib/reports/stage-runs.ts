import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const schema = z.object({
  status: z.string(),
  startedAt: z.string(),
  seconds: z.number(),
  host: z.string(),
  cherenkit: z.string(),
  node: z.string(),
  gitCommit: z.string().nullable(),
  slurm: z.record(z.string(), z.string()),
  peakMemoryBytes: z.number().nullable(),
});

/** One run of a stage, as its `run.json` tells. */
export interface StageRun extends z.infer<typeof schema> {
  readonly stage: string;
}

/** The runs below a model's `runs/`, oldest first; folders without a readable `run.json` are left out. */
export async function stageRuns(folder: string): Promise<StageRun[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const runs = await Promise.all(
    names.map(async (name): Promise<StageRun[]> => {
      try {
        const run = schema.parse(JSON.parse(await readFile(join(folder, name, "run.json"), "utf8")));
        return [{ stage: name.split("-")[0]!, ...run }];
      } catch {
        return [];
      }
    }),
  );
  return runs.flat().sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}
