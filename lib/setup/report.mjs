/** A set-up step that failed: what happened, and what to do about it. */
export class SetupError extends Error {
  constructor(message, remedy) {
    super(message);
    this.name = "SetupError";
    this.remedy = remedy;
  }
}

let last = Date.now();

/** One line per finished step, with the seconds since the line before. */
export function say(text) {
  const now = Date.now();
  process.stderr.write(`[setup] ${text} (${((now - last) / 1000).toFixed(1)} s)\n`);
  last = now;
}

/** A step that begins and takes a while. */
export function announce(text) {
  process.stderr.write(`[setup] ${text} …\n`);
}

/** Prints a failure as one message and ends the process with exit code 1. */
export function fail(error) {
  const remedy = error instanceof SetupError && error.remedy ? `\n[setup]   remedy: ${error.remedy}` : "";
  const text = error instanceof SetupError ? error.message : (error?.stack ?? String(error));
  process.stderr.write(`[setup] failed: ${text}${remedy}\n`);
  process.exit(1);
}
