import { format, inspect } from "node:util";
import { isDisplayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import {
  type CellError,
  CellInterrupted,
  type CellPlace,
  type Diagnostic,
  describeDiagnostics,
  describeThrown,
} from "./cell-error.js";
import { sourceLine } from "./source-line.js";
import { createExecutor, tslabModule } from "./tslab-compiler.js";

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
  complete(code: string, position: number): { start: number; end: number; candidates: string[] };
  inspect(code: string, position: number): string | null;
  /** The indent for the next line, or null when the cell is complete. */
  indentIfIncomplete(code: string): string | null;
  close(): void;
}

// An `await` in parentheses, `for await` and the like are only understood by tslab when a plain `await` is there too.
const awaitPrefix = "await null; ";

function withAwait(code: string): string {
  return /\bawait\b/.test(code) && !/^\s*\/\*\*/.test(code) ? awaitPrefix + code : code;
}

async function mimeBundle(value: unknown): Promise<MimeBundle> {
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
  let diagnostics: Diagnostic[] = [];
  let thrown: unknown[] = [];
  let value: unknown;
  let endCell: ((error: Error) => void) | null = null;

  // Sources by the names their scripts have in a stack; functions of old cells may throw in new ones.
  const scripts = new Map<string, { source: string; javascript: string }>();
  let scriptName = "";
  let scriptSource = "";
  const nameOf = (javascript: string): string => {
    scripts.set(scriptName, { source: scriptSource, javascript });
    return scriptName;
  };
  const placeOf = (name: string, javascriptLine: number): CellPlace | null => {
    const script = scripts.get(name);
    if (!script) return null;
    const line = sourceLine(script.source, script.javascript, javascriptLine);
    const text = line === null ? null : script.source.split("\n")[line - 1]!;
    return { cell: name.replace("cell-", ""), line, text };
  };

  const executor = createExecutor(folder, nameOf, {
    log: (last: unknown) => {
      value = last;
    },
    error: (first: unknown, ...rest: unknown[]) => {
      if (first !== "%s%d:%d - %s") {
        thrown.push(rest.length > 0 ? new Error(format(first, ...rest)) : first);
        return;
      }
      const [file, line, column, message] = rest as [string, number, number, string];
      diagnostics.push({ file: file.trim(), line, column, message });
    },
  });

  async function run(code: string, ended: Promise<never>): Promise<CellOutcome> {
    const source = withAwait(code);
    const ok = await Promise.race([executor.execute(source), ended]);
    if (!ok || diagnostics.length > 0 || thrown.length > 0) {
      if (diagnostics.length === 0) return { status: "error", error: describeThrown(thrown[0], placeOf) };
      const shift = source.length - code.length;
      const found = diagnostics.map((item) =>
        item.line === 1 && item.file === "" ? { ...item, column: Math.max(1, item.column - shift) } : item,
      );
      return { status: "error", error: describeDiagnostics(mergePlaces(found), code) };
    }
    const last = await Promise.race([value, ended]);
    return { status: "ok", result: last === undefined || last === null ? null : await mimeBundle(last) };
  }

  return {
    async execute(code, count) {
      scriptName = `cell-${count}`;
      scriptSource = code;
      diagnostics = [];
      thrown = [];
      value = undefined;
      const ended = new Promise<never>((_, reject) => {
        endCell = reject;
      });
      ended.catch(() => {});
      try {
        return await run(code, ended);
      } catch (error) {
        return { status: "error", error: describeThrown(error, placeOf) };
      } finally {
        endCell = null;
      }
    },
    interrupt(error = new CellInterrupted()) {
      if (!endCell) return false;
      endCell(error);
      // Else the abandoned code would still report its result, into a later cell.
      executor.interrupt();
      return true;
    },
    get running() {
      return endCell !== null;
    },
    complete: (code, position) => executor.complete(code, position),
    inspect(code, position) {
      const info = executor.inspect(code, position);
      return info ? tslabModule("tslab/dist/inspect").printQuickInfo(info) : null;
    },
    indentIfIncomplete(code) {
      const answer = tslabModule("tslab/dist/converter").isCompleteCode(code);
      return answer.completed ? null : (answer.indent ?? "");
    },
    close: () => executor.close(),
  };
}
