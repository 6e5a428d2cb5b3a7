import { rmSync } from "node:fs";

const unfinished = new Map<string, () => boolean>();
let watching = false;

/**
 * The file, or folder, is removed when the process ends, unless it is finished before. Nothing helps against SIGKILL.
 * @param isOurs asked then; false when another process has taken its place
 */
export function beginFile(path: string, isOurs: () => boolean = () => true): void {
  if (!watching) {
    watching = true;
    process.on("exit", () => {
      for (const [file, ours] of unfinished) if (ours()) rmSync(file, { recursive: true, force: true });
    });
  }
  unfinished.set(path, isOurs);
}

/** The file has its final name, or was removed. */
export function finishFile(path: string): void {
  unfinished.delete(path);
}
