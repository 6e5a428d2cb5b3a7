import { rmSync } from "node:fs";

const unfinished = new Set<string>();
let watching = false;

/** The file, or folder, is removed when the process ends, unless it is finished before. Nothing helps against SIGKILL. */
export function beginFile(path: string): void {
  if (!watching) {
    watching = true;
    process.on("exit", () => {
      for (const file of unfinished) rmSync(file, { recursive: true, force: true });
    });
  }
  unfinished.add(path);
}

/** The file has its final name, or was removed. */
export function finishFile(path: string): void {
  unfinished.delete(path);
}
