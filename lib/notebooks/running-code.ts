import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

// What is here runs in the midst of other code, maybe in that of a regular expression, whose state another one would
// change: so there are none.

/** Whose code runs: that of a cell, of a package that a cell uses, of Node or of the kernel itself. */
export type CodeOwner = "cell" | "package" | "node" | "kernel";

const ownFolder = dirname(fileURLToPath(import.meta.url)) + sep;
const kernelFolders: readonly string[] = [
  ownFolder,
  ...["tslab", "@tslab", "zeromq"].map((name) => `${sep}${join("node_modules", name)}${sep}`),
];
/** Runs the modules beside a notebook. */
const sideModules = join(ownFolder, "side-modules.js");

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= "0" && character <= "9";

/** `at cell-3:1:5`, `at name (cell-3:1:5)` */
function isOfCell(frame: string): boolean {
  const name = "cell-";
  for (let at = frame.indexOf(name); at >= 0; at = frame.indexOf(name, at + 1)) {
    let end = at + name.length;
    while (isDigit(frame[end])) end++;
    const before = frame[at - 1];
    if (end > at + name.length && frame[end] === ":" && (before === " " || before === "(")) return true;
  }
  return false;
}

const isOfKernel = (frame: string): boolean =>
  kernelFolders.some((folder) => frame.includes(folder)) && !frame.includes(sideModules);

const isOfNode = (frame: string): boolean => frame.includes("(node:") || frame.includes(" node:");

/**
 * Tells from a stack whose code runs. What the kernel or Node does for a cell, such as printing, counts as theirs.
 * @param frames lines of a stack as V8 writes them, the innermost first
 * @returns null when nobody's does
 */
export function codeOwner(frames: readonly string[]): CodeOwner | null {
  let owner: CodeOwner | null = null;
  let onlyNode = true;
  for (const frame of frames) {
    if (isOfCell(frame)) return owner ?? "cell";
    if (frame.endsWith("(<anonymous>)")) continue; // built into JavaScript
    if (isOfKernel(frame)) return "kernel";
    if (!isOfNode(frame)) onlyNode = false;
    owner ??= isOfNode(frame) ? "node" : "package";
  }
  return onlyNode ? null : owner;
}

/** The frames that stand on the stack, without this function's. */
export function currentFrames(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  Reflect.set(Error, "prepareStackTrace", undefined); // a package may have set its own
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

/** Above 0 while the kernel compiles; in memory that threads share. */
export const kernelWork: Int32Array = new Int32Array(new SharedArrayBuffer(4));

/** Does what must not be disturbed by a question whose code runs. */
export function asKernel<Result>(work: () => Result): Result {
  Atomics.add(kernelWork, 0, 1);
  try {
    return work();
  } finally {
    Atomics.sub(kernelWork, 0, 1);
  }
}
