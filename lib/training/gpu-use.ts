import { execFile } from "node:child_process";

/** Mean use of the GPUs since the last question. */
export interface GpuUse {
  /** Share (0–1) of the time that the GPUs were busy. */
  readonly utilisation: number;
  /** Memory in use, MB, of the fullest GPU. */
  readonly memoryMB: number;
}

const everyMs = 5000;
const query = ["--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits"];

/** What `nvidia-smi` prints, one line a GPU: `87, 5321`; null when it says something else. */
export function parseGpuUse(text: string): GpuUse | null {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number));
  if (!rows.every((row) => row.length === 2 && row.every(Number.isFinite))) return null;
  return {
    utilisation: rows.reduce((sum, row) => sum + row[0]!, 0) / rows.length / 100,
    memoryMB: Math.max(...rows.map((row) => row[1]!)),
  };
}

/** Watches the GPUs of this process by `nvidia-smi`; without one it costs a single failed call. */
export function watchGpu(): { take(): GpuUse | null; stop(): void } {
  let samples: GpuUse[] = [];
  let timer: NodeJS.Timeout | undefined;
  const devices = process.env.CUDA_VISIBLE_DEVICES;
  const sample = (): void => {
    execFile("nvidia-smi", devices ? ["-i", devices, ...query] : query, { timeout: everyMs }, (error, stdout) => {
      const use = error ? null : parseGpuUse(stdout);
      if (use) samples.push(use);
      else clearInterval(timer);
    }).unref();
  };
  timer = setInterval(sample, everyMs).unref();
  sample();
  return {
    take() {
      if (samples.length === 0) return null;
      const utilisation = samples.reduce((sum, use) => sum + use.utilisation, 0) / samples.length;
      const memoryMB = Math.max(...samples.map((use) => use.memoryMB));
      samples = [];
      return { utilisation, memoryMB };
    },
    stop: () => clearInterval(timer),
  };
}
