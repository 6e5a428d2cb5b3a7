/** Whose code runs: that of a cell, of a package that a cell uses, of Node or of the kernel itself. */
export type CodeOwner = "cell" | "package" | "node" | "kernel";

const cellFrame = /\bcell-\d+:\d+/;
const builtInFrame = /\(<anonymous>\)$/;
const nodeFrame = /\bnode:\w/;
const kernelFrame =
  /[\\/]notebooks[\\/](?!side-modules)[\w-]+\.c?js:|[\\/]node_modules[\\/](tslab|zeromq|@tslab[\\/][\w-]+)[\\/]/;

/**
 * Tells from a stack whose code runs. What the kernel or Node does for a cell, such as printing, counts as theirs.
 * @param frames lines of a stack as V8 writes them, the innermost first
 * @returns null when nobody's does
 */
export function codeOwner(frames: readonly string[]): CodeOwner | null {
  let owner: CodeOwner | null = null;
  let onlyNode = true;
  for (const frame of frames) {
    if (cellFrame.test(frame)) return owner ?? "cell";
    if (builtInFrame.test(frame)) continue;
    if (kernelFrame.test(frame)) return "kernel";
    if (!nodeFrame.test(frame)) onlyNode = false;
    owner ??= nodeFrame.test(frame) ? "node" : "package";
  }
  return onlyNode ? null : owner;
}

/** The frames that stand on the stack, without this function's. */
export function currentFrames(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  Error.prepareStackTrace = undefined as unknown as typeof prepareStackTrace; // a package may have set its own
  try {
    return new Error().stack!.split("\n").slice(2);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/**
 * How long code may keep an interrupt waiting before it is ended where it stands, ms; undefined: for ever. A package
 * may be in the middle of something and ends at its next `await`; Node's functions are short.
 */
export const patienceWithMs: Readonly<Partial<Record<CodeOwner, number>>> = { cell: 0, package: 1000, node: 2000 };
