import { CherenkitError, exitCodes } from "../errors.js";

/** Prints an error as its reader needs it and returns the exit code: expected errors without a stack trace. */
export function tellError(error: unknown): number {
  if (error instanceof CherenkitError) {
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: this should not have happened, please report it\n${text}\n`);
  return exitCodes.failed;
}
