import { readFileSync, writeFileSync } from "node:fs";

/** Most memory a process has used since its peak was last reset, in bytes; null when unknown or when it has ended. */
export function peakMemory(pid: number): number | null {
  try {
    const kilobytes = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmHWM:\s+(\d+) kB/m)?.[1];
    return kilobytes ? Number(kilobytes) * 1024 : null;
  } catch {
    return null;
  }
}

/** Lets Linux measure the peak anew from now on; without the right to do so the peak stays that of the whole run. */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Containers may forbid it.
  }
}
