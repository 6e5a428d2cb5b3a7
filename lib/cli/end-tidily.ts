import { constants } from "node:os";

let tidy = false;

/** From now on Ctrl-C and the like end the process as an exit does, so that unfinished files are removed. */
export function endTidily(): void {
  if (tidy) return;
  tidy = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      process.stderr.write(`stopped by ${signal}; what was not finished is removed\n`);
      process.exit(128 + constants.signals[signal]);
    });
  }
}
