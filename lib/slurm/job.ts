import type { ClusterProfile, JobStage, Resources } from "./cluster-profile.js";

/** One stage for one model, as it will run. */
export interface Task {
  readonly stage: JobStage;
  /** What people call it: `energy/singlecnn`. */
  readonly subject: string;
  /** Folder of its notebook, page, logs and records. */
  readonly runFolder: string;
  /** Words after `cherenkit`. */
  readonly arguments: readonly string[];
  /** The model's folder; null for a comparison. */
  readonly modelFolder: string | null;
}

/** A batch script: one task, or an array of tasks of one stage. */
export interface Job {
  /** Name within its submission, by which other jobs wait for it. */
  readonly key: string;
  readonly stage: JobStage;
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly array: boolean;
  /** At most so many tasks at a time; null = no limit. */
  readonly parallel: number | null;
  readonly folder: string;
  readonly resources: Resources;
  readonly waitsFor: readonly Wait[];
}

/** What must have ended before a job starts. */
export interface Wait {
  /** afterok: successfully; aftercorr: the array task of the same number, successfully; afterany: in any way. */
  readonly kind: "afterok" | "aftercorr" | "afterany";
  /** Another job of the submission (of an array, all its tasks), or an id of SLURM. */
  readonly job: { readonly key: string } | { readonly id: string };
}

export interface ScriptOptions {
  readonly project: string;
  readonly profile: ClusterProfile;
  /** Memory is multiplied by this after an out-of-memory kill; null = the job has then failed. */
  readonly retryOom: number | null;
}

export const scriptFile = "job.sh";

/** Path of a job's log; `task` is the array task's number. */
export function jobLog(job: Pick<Job, "folder" | "array">, task: number | string): string {
  return job.array ? `${job.folder}/task-${task}.log` : `${job.folder}/slurm.log`;
}
