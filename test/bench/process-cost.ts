import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { endWithBench } from "./bench.js";

/** What a process took. */
export interface Cost {
  readonly seconds: number;
  /** Time of all its threads on the processors; steadier than `seconds` where other jobs run. */
  readonly cpuSeconds: number;
  /** Peak of its resident memory. */
  readonly megabytes: number;
}

/** A line that a process wrote, and when. */
export interface Said {
  readonly line: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const ticksPerSecond = 100;

/** Processor time of a process so far; those that it started are not counted. */
function cpuSeconds(pid: number): number {
  // What stands behind the name, which may hold spaces: state is field 3 of proc(5), user and system time are 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Runs a command in `cwd` to its end; Linux is asked for its peak of memory and its time twenty times a second. */
export async function processCost(
  command: string,
  args: readonly string[],
  cwd: string,
  hear: (said: Said) => void = () => {},
): Promise<Cost> {
  const start = performance.now();
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", CUDA_VISIBLE_DEVICES: "", PYTHONUNBUFFERED: "1" };
  const child = endWithBench(spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
  let [kilobytes, cpu, said] = [0, 0, ""];
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-4000);
  });
  const look = (): void => {
    try {
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      if (peak) kilobytes = Number(peak[1]);
      cpu = cpuSeconds(child.pid!);
    } catch {
      // It has just ended.
    }
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    look();
    hear({ line, seconds: (performance.now() - start) / 1000, cpuSeconds: cpu });
  });
  const watch = setInterval(look, 50);
  const code = await new Promise<number | null>((end, fail) => child.on("error", fail).on("close", end));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${said}`);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: cpu, megabytes: kilobytes / 1024 };
}
