import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { dirname } from "node:path";
import { exitCodes } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { type Job, jobLog, type ScriptOptions } from "./job.js";
import { slurmEnvironment } from "./slurm-command.js";
import { writeRecords, writeScript } from "./submit.js";

const signals = ["SIGINT", "SIGTERM", "SIGUSR1"] as const;

/** Runs one task of a job's script by bash; what it prints goes to its log and to this process's output. */
async function runTask(job: Job, script: string, number: number): Promise<number> {
  const { SLURM_JOB_ID: _, ...environment } = slurmEnvironment();
  const log = jobLog(job, number);
  makeFolder(dirname(log));
  const file = createWriteStream(log, { flags: "a" });
  const child = spawn("bash", [script], {
    env: { ...environment, ...(job.array ? { SLURM_ARRAY_TASK_ID: String(number) } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C reaches us alone; the script passes it on as it does in a job.
    detached: true,
  });
  for (const [stream, own] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    stream.on("data", (bytes: Buffer) => {
      file.write(bytes);
      own.write(bytes);
    });
  }
  const forward = signals.map((signal) => {
    const listener = (): void => {
      child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? exitCodes.failed));
    });
  } finally {
    for (const [signal, listener] of forward) process.off(signal, listener);
    await new Promise((resolve) => file.end(resolve));
  }
}

/**
 * Runs the scripts of some jobs here, one after the other, without SLURM. What waits for a failed job is left out; a
 * comparison is made in any case.
 * @returns the exit code of the first task that failed, else 0
 */
export async function runLocally(jobs: readonly Job[], cluster: string, settings: ScriptOptions): Promise<number> {
  const failed = new Set<string>();
  let worst = 0;
  for (const job of jobs) {
    const script = await writeScript(job, settings);
    await writeRecords(job, null, null, cluster);
    const blocked = job.waitsFor.flatMap((wait) =>
      wait.kind !== "afterany" && "key" in wait.job ? [[wait.kind, wait.job.key] as const] : [],
    );
    for (const number of job.tasks.keys()) {
      const hindered = blocked.some(([kind, key]) =>
        kind === "aftercorr" ? failed.has(`${key} ${number}`) : [...failed].some((id) => id.startsWith(`${key} `)),
      );
      const code = hindered ? exitCodes.failed : await runTask(job, script, number);
      if (code !== 0) failed.add(`${job.key} ${number}`);
      if (!hindered) worst ||= code;
      if (code === exitCodes.interrupted) return code;
    }
  }
  return worst;
}
