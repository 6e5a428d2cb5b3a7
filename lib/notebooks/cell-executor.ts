import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import vm from "node:vm";
import { exportedNames, partOfDeclarations } from "./cell-declarations.js";
import { CellInterrupted, type Diagnostic } from "./cell-error.js";
import { CellScope } from "./cell-scope.js";
import { linkedScript } from "./cell-script.js";
import { cellSource } from "./cell-source.js";
import { quickInfoText } from "./quick-info.js";
import { asKernel } from "./running-code.js";
import { SideModules } from "./side-modules.js";
import {
  type CellConverter,
  cellCompiler,
  createConverter,
  type TslabDiagnostic,
  tslabModule,
} from "./tslab-compiler.js";

/** Findings of the compiler that keep a cell from running. */
export class CellNotCompiled extends Error {
  override readonly name: string = "CellNotCompiled";

  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super("the cell was not compiled");
  }
}

/** Compiles and runs cells that share their variables. */
export interface CellExecutor {
  /**
   * @param name of the script, for stacks
   * @param onScript gets the JavaScript that is about to run
   * @param show makes the result of the value of the last expression (undefined when there is none); a part of the cell
   * @throws {CellNotCompiled}
   * @throws whatever the cell throws, or what `interrupt` was given
   */
  execute<Result>(
    code: string,
    name: string,
    onScript: (javascript: string) => void,
    show: (last: unknown) => Promise<Result>,
  ): Promise<Result>;
  /** Ends the running cell with an error; false when none runs. Code of it that still runs changes nothing any more. */
  interrupt(error: Error): boolean;
  inspect(code: string, position: number): string | null;
  complete(code: string, position: number): { start: number; end: number; candidates: string[] };
  close(): void;
}

function toDiagnostics(found: readonly TslabDiagnostic[], prefix: number): Diagnostic[] {
  return found.map(({ fileName, start, messageText }) => ({
    file: fileName ?? "",
    line: start.line + 1,
    column: Math.max(1, start.character + 1 - (start.line === 0 && !fileName ? prefix : 0)),
    message: messageText,
  }));
}

/**
 * Runs a script in a turn of the event loop of its own: should it have to be ended, so is all that stands on the stack
 * and what waits for the end of that turn.
 */
function runScript(script: string, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(vm.runInThisContext(script, { filename: name }));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** @param folder where the notebook runs */
export function createCellExecutor(folder: string): CellExecutor {
  const compiler = cellCompiler();
  const converter: CellConverter = createConverter();
  const scope = new CellScope();
  const side = new SideModules();
  const fromFolder = createRequire(join(folder, "cell.js"));
  const require = side.requireIn(folder, (name) => (name === "tslab" ? tslabModule("tslab") : fromFolder(name)));
  const globals = globalThis as { __cell__?: object };
  let declarations = "";
  let running: { readonly end: (error: Error) => void; abandon: () => void } | null = null;

  function addModule(code: string): undefined {
    const meta = tslabModule("tslab/dist/metadata").getCodeMetadata(code);
    const found = asKernel(() => converter.addModule(meta.module!, code, meta));
    if (found.length > 0) throw new CellNotCompiled(toDiagnostics(found, 0));
  }

  async function run(
    code: string,
    name: string,
    ended: Promise<never>,
    onScript: (javascript: string) => void,
  ): Promise<unknown> {
    const source = cellSource(code, compiler);
    if (source.diagnostics) throw new CellNotCompiled(source.diagnostics);
    if (source.code === code && tslabModule("tslab/dist/metadata").getCodeMetadata(code).module) return addModule(code);
    const cell = asKernel(() => converter.convert(declarations, source.code));
    side.update(cell.sideOutputs ?? []);
    if (cell.diagnostics.length > 0) throw new CellNotCompiled(toDiagnostics(cell.diagnostics, source.prefix));
    // A signal that came while the compiler was busy is heard in the next but one turn of the event loop: before a loop
    // of the cell that would never listen.
    await Promise.race([nextTurn().then(() => nextTurn()), ended]);
    const view = scope.view();
    if (cell.output) {
      const script = linkedScript(cell.output, cell.hasToplevelAwait === true, (name) => scope.has(name), compiler);
      onScript(script);
      globals.__cell__ = { exports: view.exports, link: view.link, require };
      running!.abandon = () => {
        view.abandon();
        const missing = exportedNames(cell.output!, compiler).filter((name) => !view.assigned.has(name));
        declarations = partOfDeclarations(declarations, cell.declOutput ?? "", new Set(missing), compiler);
      };
      await Promise.race([runScript(script, name), ended]);
      running!.abandon = () => {};
    }
    declarations = cell.declOutput ?? "";
    return cell.lastExpressionVar ? await scope.take(cell.lastExpressionVar) : undefined;
  }

  return {
    async execute(code, name, onScript, show) {
      let end: (error: Error) => void = () => {};
      const ended = new Promise<never>((_, reject) => {
        end = reject;
      });
      ended.catch(() => {}); // a cell that ends by itself leaves it alone
      const cell = { end, abandon: () => {} };
      running = cell;
      try {
        // Where the cell's code had to be ended, what waits for it never goes on.
        return await Promise.race([run(code, name, ended, onScript).then(show), ended]);
      } catch (error) {
        cell.abandon();
        throw error;
      } finally {
        running = null;
      }
    },
    interrupt(error = new CellInterrupted()) {
      running?.end(error);
      return running !== null;
    },
    inspect(code, position) {
      const info = asKernel(() => converter.inspect(declarations, code, position));
      return info ? quickInfoText(info) : null;
    },
    complete: (code, position) => asKernel(() => converter.complete(declarations, code, position)),
    close: () => converter.close(),
  };
}
