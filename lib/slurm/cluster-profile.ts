import * as z from "zod";
import { timePattern } from "./quantity.js";

const text = z.string().min(1);

const memoryPattern = /^\d+(\.\d+)?\s*([KMGT]i?B?)?$/i;

const gpusExpected = "expected a number of GPUs, or type:number such as nvidia_rtx_a6000:1";
const memoryExpected = "expected a size with its unit, such as 48GB or 2000M";
const timeExpected = "expected a time such as 12:00:00, 1-00:00:00 or a number of minutes";

/** Options that come from other keys, or without which jobs could not be followed and put back. */
const settled = new RegExp(
  `^--(${[
    ...["partition", "gpus", "cpus-per-task", "mem", "time", "account", "qos", "constraint", "exclude"],
    ...["array", "dependency", "output", "error", "open-mode", "requeue", "no-requeue", "signal", "parsable", "wrap"],
  ].join("|")})(=|$)`,
);

const resources = {
  partition: text.nullable().optional().describe("Partition (queue); null = the cluster's default."),
  gpus: z
    .union(
      [
        text.regex(/^([A-Za-z0-9_.-]+:)?\d+$/, gpusExpected),
        z
          .int()
          .min(0)
          .transform((count) => (count === 0 ? null : String(count))),
      ],
      { error: gpusExpected },
    )
    .nullable()
    .optional()
    .describe("GPUs of a job: `1`, or with their type `nvidia_rtx_a6000:1`; null = none."),
  cpus: z.int().min(1).nullable().optional().describe("Processor cores of a job."),
  memory: z
    .string({ error: memoryExpected })
    .regex(memoryPattern, memoryExpected)
    .nullable()
    .optional()
    .describe("Main memory of a job: `48GB`."),
  time: z
    .union([text.regex(timePattern, timeExpected), z.int().min(1).transform(String)], { error: timeExpected })
    .nullable()
    .optional()
    .describe("Time limit: `12:00:00`, `1-00:00:00`, or minutes. Training is requeued when it is over."),
};

export const profileSchema = z.strictObject({
  description: text.describe("One line for people."),
  scheduler: z
    .enum(["slurm", "local"])
    .default("slurm")
    .describe("local: the jobs run here, one after the other, without SLURM."),
  ...resources,
  account: text.optional().describe("Account the time is charged to."),
  qos: text.optional().describe("Quality of service."),
  constraint: text.optional().describe("Features a node must have."),
  exclude: text.optional().describe("Nodes not to use."),
  sbatch_options: z
    .array(
      text
        .startsWith("--", "expected an option such as --reservation=school")
        .refine(
          (option) => !settled.test(option),
          "expected an option that no other key of the profile, or cherenkit, sets",
        ),
    )
    .default([])
    .describe("More options of sbatch, each as one string."),
  warn_seconds: z
    .int()
    .min(10)
    .default(180)
    .describe("So long before the time limit SLURM warns the job, which then saves itself."),
  max_restarts: z.int().min(0).default(30).describe("A job that comes to its time limit is requeued at most so often."),
  requeue: z.boolean().default(true).describe("false where the cluster forbids it: a successor job is submitted."),
  setup: z.array(text).default([]).describe("Shell lines before the command: `module load …`, `ulimit …`."),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/),
      z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], { error: "expected text" }),
    )
    .default({})
    .describe("Environment variables of the command."),
  node: text.default("node").describe("Node.js on the compute node, or in the container."),
  container: z
    .strictObject({
      runtime: text.default("apptainer").describe("Command: `apptainer` or `singularity`."),
      image: text.describe("Image file (.sif)."),
      gpu: z.boolean().default(true).describe("Make the node's NVIDIA driver visible inside (--nv)."),
      cherenkit: text
        .nullable()
        .default("/opt/cherenkit")
        .describe("Folder of cherenkit inside the image; null = this folder is bound and used."),
      binds: z
        .array(text)
        .default([])
        .describe("Folders visible inside: `/host`, `/host:/inside`, `/host:/inside:ro`."),
      options: z.array(text).default([]).describe("More options of `apptainer exec`, each as one string."),
    })
    .optional()
    .describe("Run inside an Apptainer container."),
  stages: z
    .partialRecord(z.enum(["convert", "prepare", "train", "test", "report", "compare"]), z.strictObject(resources))
    .default({})
    .describe("What a stage needs that differs: a report needs no GPU."),
});

/** A cluster and how jobs are run on it; every key is described in `profileSchema`. */
export type ClusterProfile = z.infer<typeof profileSchema>;

export type JobStage = "convert" | "prepare" | "train" | "test" | "report" | "compare";

/** What one job asks SLURM for. */
export interface Resources {
  readonly partition: string | null;
  readonly gpus: string | null;
  readonly cpus: number | null;
  readonly memory: string | null;
  readonly time: string | null;
}

/** What a stage's job asks for: the profile's values, replaced by those of the stage. */
export function stageResources(profile: ClusterProfile, stage: JobStage): Resources {
  const own = profile.stages[stage] ?? {};
  const pick = <K extends keyof Resources>(key: K): Resources[K] => {
    const value = own[key] === undefined ? profile[key] : own[key];
    return (value ?? null) as Resources[K];
  };
  return {
    partition: pick("partition"),
    gpus: pick("gpus"),
    cpus: pick("cpus"),
    memory: pick("memory"),
    time: pick("time"),
  };
}
