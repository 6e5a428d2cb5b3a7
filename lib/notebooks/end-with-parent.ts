import { Worker } from "node:worker_threads";

/**
 * Ends this process when the one that started it is gone: a kernel whose client has died would wait for ever, or go on
 * with a loop that nobody wants. A thread of its own looks after it, since a busy loop lets no timer run.
 */
export function endWithParent(): void {
  const watch = `
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGKILL"), 2000);`;
  new Worker(watch, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}
