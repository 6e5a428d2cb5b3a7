// What all benchmarks share: Ctrl-C and errors end them without a stack trace, and nothing of theirs is left.
import type { ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { tellError } from "../../lib/cli/tell-error.js";
import { beginFile } from "../../lib/files/unfinished-files.js";

const tidyings: (() => Promise<unknown>)[] = [];

/** A folder of the benchmark's own, gone when the process ends in whatever way. */
export function benchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cherenkit-bench-"));
  beginFile(folder);
  return folder;
}

/** The child does not outlive the benchmark. */
export function endWithBench<Child extends ChildProcess>(child: Child): Child {
  const end = (): void => void child.kill();
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/** What a signal must wait for. */
export function beforeStop(tidy: () => Promise<unknown>): void {
  tidyings.push(tidy);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, async () => {
    // A training listens too: it saves itself and throws.
    if (process.listenerCount(signal) > 1) return;
    process.stderr.write(`stopped by ${signal}\n`);
    await Promise.allSettled(tidyings.splice(0).map((tidy) => tidy()));
    process.exit(128 + constants.signals[signal]);
  });
}
process.on("uncaughtException", (error) => process.exit(tellError(error)));
