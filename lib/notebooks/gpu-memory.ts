import { type ChildProcess, execFile } from "node:child_process";
import { readFileSync } from "node:fs";

/** Samples the GPU memory of a kernel and all it has started, while a cell runs. */
export interface GpuMemory {
  begin(): void;
  /** Ends the sampling. @returns the most seen since `begin`, in bytes; null when nothing was seen */
  end(): number | null;
  /** The most seen since `begin` so far. */
  peak(): number | null;
  stop(): void;
}

const firstMs = 1000;
const everyMs = 5000;
/** An `nvidia-smi` that takes longer is a burden; one that takes very long is ended. */
const slowMs = 3000;
const endMs = 10_000;
/** After so many failures or slow answers in a row no more is asked. */
const patience = 3;

const query = ["--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"];

/** The process that started this one; null when it is gone. */
function parentOf(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[1]);
  } catch {
    return null;
  }
}

function descendsFrom(pid: number, ancestor: number): boolean {
  for (let at: number | null = pid; at !== null && at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

/** Sum of what these lines `pid, MiB` say of a process and its descendants, in bytes; null when they say nothing. */
function memoryOf(lines: string, ancestor: number): number | null {
  const own = lines.split("\n").flatMap((line) => {
    const [, pid, mebibytes] = line.match(/^\s*(\d+)\s*,\s*(\d+)\s*$/) ?? [];
    return pid && descendsFrom(Number(pid), ancestor) ? [Number(mebibytes) * 2 ** 20] : [];
  });
  return own.length === 0 ? null : own.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Asks `nvidia-smi`, one call at a time, one second after a cell began and then every five. Without it, or when it
 * fails or is slow three times in a row, there are no numbers.
 */
export function watchGpuMemory(kernelPid: number): GpuMemory {
  let failures = 0;
  let asking: ChildProcess | null = null;
  let cell = 0;
  let stopped = false;
  let peak: number | null = null;
  let timer: NodeJS.Timeout | undefined;

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(ask, ms).unref();
  }

  function ask(): void {
    if (failures >= patience) return;
    if (asking) {
      later(everyMs);
      return;
    }
    const began = performance.now();
    const asked = cell;
    asking = execFile("nvidia-smi", query, { timeout: endMs, killSignal: "SIGKILL" }, (error, stdout) => {
      asking = null;
      if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") failures = patience;
      else if (error || performance.now() - began > slowMs) failures++;
      else failures = 0;
      const bytes = error ? null : memoryOf(stdout, kernelPid);
      if (asked !== cell || stopped) return;
      if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
      later(everyMs);
    });
  }

  return {
    begin() {
      cell++;
      peak = null;
      if (failures < patience) later(firstMs);
    },
    end() {
      cell++;
      clearTimeout(timer);
      return peak;
    },
    peak: () => peak,
    stop() {
      stopped = true;
      clearTimeout(timer);
      asking?.kill("SIGKILL");
    },
  };
}
