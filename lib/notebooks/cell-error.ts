import { inspect } from "node:util";

/** How Jupyter tells of an exception. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** What a kernel tells of an error; kernels leave out what they do not know. */
export function errorOf(content: Readonly<Record<string, unknown>>, unknown = ""): CellError {
  const { ename, evalue, traceback } = content;
  const name = String(ename ?? "Error");
  const value = String(evalue ?? unknown);
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  return { ename: name, evalue: value, traceback: lines.length > 0 ? lines : [`${name}: ${value}`] };
}

/** A finding of the TypeScript compiler in a cell; line and column count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Thrown into a cell that the user interrupts. */
export class CellInterrupted extends Error {
  override readonly name: string = "Interrupted";

  constructor() {
    super("the cell was interrupted");
  }
}

/** A place in a cell; the line and its text are null where they could not be found. */
export interface CellPlace {
  readonly cell: string;
  readonly line: number | null;
  readonly text: string | null;
}

/** Finds a place in a cell from a script's name and a line of it. */
export type FindPlace = (script: string, line: number) => CellPlace | null;

const machinery =
  /node:|[\\/]tslab[\\/]|[\\/]notebooks[\\/](typescript-session|cell-executor|tslab-compiler|serve-kernel)/;

/** Stack lines that tell the reader something: their own cells and the lib, not the machinery between them. */
function usefulFrames(stack: string, findPlace: FindPlace): string[] {
  const shownSources = new Set<string>();
  const frames = stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !machinery.test(line))
    .flatMap((line) => {
      const match = line.match(/^\s+at (?:(.*) \(|async )?(cell-\d+):(\d+):\d+\)?$/);
      const place = match && findPlace(match[2]!, Number(match[3]));
      if (!place) return [line];
      // The call that starts the cell has no line of its own.
      if (place.line === null && !match[1]) return [];
      const where = place.line === null ? `cell [${place.cell}]` : `cell [${place.cell}], line ${place.line}`;
      const frame = match[1] ? `    at ${match[1].replace("Proxy.", "")} (${where})` : `    at ${where}`;
      if (place.text === null || shownSources.has(where)) return [frame];
      shownSources.add(where);
      return [frame, `       → ${place.text.trim()}`];
    });
  return frames.filter((line, i) => line !== frames[i - 1]);
}

/** What a cell threw, in Jupyter's words. Errors made for users (with a `remedy`) come without a stack. */
export function describeThrown(thrown: unknown, findPlace: FindPlace = () => null): CellError {
  if (!(thrown instanceof Error) && Object.prototype.toString.call(thrown) !== "[object Error]") {
    const text = typeof thrown === "string" ? thrown : inspect(thrown);
    return { ename: "Error", evalue: text, traceback: [`Uncaught ${text}`] };
  }
  const { name, message, stack, cause } = thrown as Error;
  const forUsers = "exitCode" in (thrown as Error) || thrown instanceof CellInterrupted;
  const traceback = [`${name}: ${message}`, ...(forUsers ? [] : usefulFrames(stack ?? "", findPlace))];
  for (let inner = cause; inner instanceof Error && !forUsers; inner = inner.cause) {
    traceback.push(`caused by ${inner.name}: ${inner.message}`, ...usefulFrames(inner.stack ?? "", findPlace));
  }
  if (thrown instanceof AggregateError) {
    for (const part of thrown.errors) {
      traceback.push(...describeThrown(part, findPlace).traceback.map((line) => `  ${line}`));
    }
  }
  return { ename: name, evalue: message, traceback };
}

/** Compiler findings as one error that shows each line with a mark below the place. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string): CellError {
  const lines = code.split("\n");
  const traceback = diagnostics.flatMap(({ file, line, column, message }) => {
    const place = `${file ? `${file}, ` : ""}line ${line}, column ${column}: ${message}`;
    const source = file ? undefined : lines[line - 1];
    return source === undefined ? [place] : [place, `    ${source}`, `    ${" ".repeat(Math.max(0, column - 1))}^`];
  });
  const first = diagnostics[0]!;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return { ename: "TypeScriptError", evalue: `line ${first.line}: ${first.message}${more}`, traceback };
}
