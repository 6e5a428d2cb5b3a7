import { inspect } from "node:util";
import { isDisplayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import {
  type CellError,
  CellInterrupted,
  type CellPlace,
  type Diagnostic,
  describeDiagnostics,
  describeThrown,
} from "./cell-error.js";
import { CellNotCompiled, createCellExecutor } from "./cell-executor.js";
import { sourceLine } from "./source-line.js";
import { tslabModule } from "./tslab-compiler.js";

export type CellOutcome =
  | { readonly status: "ok"; readonly result: MimeBundle | null }
  | { readonly status: "error"; readonly error: CellError };

/** TypeScript cells that share their declarations. */
export interface TypeScriptSession {
  /**
   * Runs one cell; the value of a last expression is awaited and becomes the result. Never rejects.
   * @param count the cell's number, for stacks
   */
  execute(code: string, count: number): Promise<CellOutcome>;
  /** Ends the running cell; false when none runs. */
  interrupt(error?: Error): boolean;
  readonly running: boolean;
  /** What was thrown, with places in cells for those in their scripts. */
  describe(thrown: unknown): CellError;
  complete(code: string, position: number): { start: number; end: number; candidates: string[] };
  inspect(code: string, position: number): string | null;
  /** The indent for the next line, or null when the cell is complete. */
  indentIfIncomplete(code: string): string | null;
  close(): void;
}

async function mimeBundle(value: unknown): Promise<MimeBundle | null> {
  if (value === undefined || value === null) return null;
  if (isDisplayable(value)) return await value[jupyterDisplay]();
  return { "text/plain": inspect(value) };
}

/** Messages of one place belong together: the compiler gives reason after reason. */
function mergePlaces(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const merged: Diagnostic[] = [];
  for (const item of diagnostics) {
    const last = merged.at(-1);
    if (last && last.file === item.file && last.line === item.line && last.column === item.column)
      merged[merged.length - 1] = { ...last, message: `${last.message} ${item.message}` };
    else merged.push(item);
  }
  return merged;
}

export function createTypeScriptSession(folder: string): TypeScriptSession {
  const executor = createCellExecutor(folder);
  let running = false;

  // Sources by the names their scripts have in a stack; functions of old cells may throw in new ones.
  const scripts = new Map<string, { source: string; javascript: string }>();
  const placeOf = (name: string, javascriptLine: number): CellPlace | null => {
    const script = scripts.get(name);
    if (!script) return null;
    const line = sourceLine(script.source, script.javascript, javascriptLine);
    const text = line === null ? null : script.source.split("\n")[line - 1]!;
    return { cell: name.replace("cell-", ""), line, text };
  };

  const describe = (thrown: unknown): CellError => describeThrown(thrown, placeOf);

  return {
    describe,
    async execute(code, count) {
      const name = `cell-${count}`;
      running = true;
      try {
        const keep = (javascript: string): unknown => scripts.set(name, { source: code, javascript });
        return { status: "ok", result: await executor.execute(code, name, keep, mimeBundle) };
      } catch (error) {
        if (error instanceof CellNotCompiled)
          return { status: "error", error: describeDiagnostics(mergePlaces(error.diagnostics), code) };
        return { status: "error", error: describe(error) };
      } finally {
        running = false;
      }
    },
    interrupt: (error = new CellInterrupted()) => executor.interrupt(error),
    get running() {
      return running;
    },
    complete: (code, position) => executor.complete(code, position),
    inspect: (code, position) => executor.inspect(code, position),
    indentIfIncomplete(code) {
      const answer = tslabModule("tslab/dist/converter").isCompleteCode(code);
      return answer.completed ? null : (answer.indent ?? "");
    },
    close: () => executor.close(),
  };
}
