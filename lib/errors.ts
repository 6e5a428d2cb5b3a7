/** Where an error happened and what the reader can do about it. */
export interface ErrorDetails {
  /** File, and where known the line, table or column: `configs/energy.yaml:12`, `run1.h5:/dl1/event`. */
  readonly place?: string;
  /** One sentence that says what to do. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Exit codes of every command; those from `kernelNotStarted` on come from running a notebook. */
export const exitCodes: {
  readonly ok: 0;
  readonly failed: 1;
  readonly usage: 2;
  readonly kernelNotStarted: 3;
  readonly timeout: 4;
  /** Stopped and saved; the same command goes on from there. */
  readonly interrupted: 75;
  /** The kernel died. */
  readonly killed: 137;
  /** Told to end, but the running cell did not heed it and was killed; the notebook is saved. */
  readonly terminated: 143;
} = { ok: 0, failed: 1, usage: 2, kernelNotStarted: 3, timeout: 4, interrupted: 75, killed: 137, terminated: 143 };

/** Base of all errors a user should see without a stack trace. */
export class CherenkitError extends Error {
  override readonly name: string = "CherenkitError";
  readonly place?: string;
  readonly remedy?: string;
  readonly exitCode: number = exitCodes.failed;

  constructor(message: string, details: ErrorDetails = {}) {
    const parts = [message];
    if (details.place) parts.push(`  where:  ${details.place}`);
    if (details.remedy) parts.push(`  remedy: ${details.remedy}`);
    super(parts.join("\n"), { cause: details.cause });
    this.place = details.place;
    this.remedy = details.remedy;
  }
}

/** A file that is missing, truncated, of the wrong kind or lacks what was asked of it. */
export class InputError extends CherenkitError {
  override readonly name: string = "InputError";
}

/** An output that could not be written. Nothing stands under its final name. */
export class OutputError extends CherenkitError {
  override readonly name: string = "OutputError";
}

/** A configuration or command line that cannot be right. */
export class ConfigError extends CherenkitError {
  override readonly name: string = "ConfigError";
  override readonly exitCode: number = exitCodes.usage;
}

/** Training stopped by a signal or deadline after a full checkpoint was written; it can be resumed. */
export class InterruptedError extends CherenkitError {
  override readonly name: string = "InterruptedError";
  override readonly exitCode: number = exitCodes.interrupted;
}
