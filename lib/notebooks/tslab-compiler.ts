import { existsSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import type ts from "typescript";
import { watchSources } from "./watch-sources.js";

const require = createRequire(import.meta.url);

/** The folder of this project's package.json. */
export const projectFolder: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** What the session uses of tslab's executor. */
export interface Executor {
  execute(code: string): Promise<boolean>;
  inspect(code: string, position: number): unknown;
  complete(code: string, position: number): { start: number; end: number; candidates: string[] };
  interrupt(): void;
  close(): void;
}

interface ConsoleLike {
  log(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

interface TslabModules {
  "tslab/dist/converter": {
    createConverter(options: { isJS: boolean; isBrowser: boolean }): { close(): void };
    isCompleteCode(code: string): { completed: boolean; indent?: string };
  };
  "tslab/dist/executor": {
    createExecutor(folder: string, converters: object, console: ConsoleLike): Executor;
  };
  "tslab/dist/inspect": { printQuickInfo(info: unknown): string };
  "tslab/dist/jupyter": { lastWriteDisplayData: (data: Record<string, unknown>, update?: boolean) => void };
}

/** One of tslab's own modules; they are stable because its version is pinned. */
export function tslabModule<Name extends keyof TslabModules>(name: Name): TslabModules[Name] {
  return require(name) as TslabModules[Name];
}

type CellHost = ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>;

/** The TypeScript compiler that tslab uses. */
export function cellCompiler(): typeof ts {
  return require("@tslab/typescript-for-tslab") as typeof ts;
}

function isOutside(folder: string): boolean {
  return relative(projectFolder, folder).startsWith("..");
}

/**
 * Lets a cell in a folder outside the project see `cherenkit` and what is installed beside it, as if it lay inside.
 * @param compiler tslab's copy of TypeScript
 */
function resolveFromProject(compiler: typeof ts, host: CellHost, options: ts.CompilerOptions): void {
  const fallback = join(projectFolder, "__cell__.ts");
  const cache = compiler.createModuleResolutionCache(projectFolder, (name) => name, options);
  host.resolveModuleNames = (names, file) =>
    names.map((name) => {
      const found = compiler.resolveModuleName(name, file, options, host, cache).resolvedModule;
      if (found || name.startsWith(".")) return found;
      return compiler.resolveModuleName(name, fallback, options, host, cache).resolvedModule;
    });
}

/**
 * Types of JavaScript itself are taken from the project's TypeScript: tslab's own are older than what Node can do
 * (`toSorted`), and do not know `Float32Array<ArrayBuffer>`, which would silently become `any`.
 */
function useProjectLibrary(host: CellHost): void {
  const folder = join(projectFolder, "node_modules/typescript/lib");
  const file = join(folder, "lib.es2023.d.ts");
  if (!existsSync(file)) return;
  host.getDefaultLibLocation = () => folder;
  host.getDefaultLibFileName = () => file;
}

function requireFromProject(folder: string): void {
  const loader = Module as typeof Module & {
    _resolveFilename(request: string, parent: { filename?: string } | undefined, ...rest: unknown[]): string;
  };
  const original = loader._resolveFilename;
  const fromProject = createRequire(join(projectFolder, "__cell__.js"));
  loader._resolveFilename = (request, parent, ...rest) => {
    try {
      return original.call(loader, request, parent, ...rest);
    } catch (error) {
      if (request.startsWith(".") || !parent?.filename?.startsWith(folder)) throw error;
      return fromProject.resolve(request);
    }
  };
}

/** Gives the scripts that tslab makes of cells a name, so that a stack tells them apart. */
function nameScripts(nameOf: (javascript: string) => string): void {
  const original = vm.runInThisContext;
  vm.runInThisContext = (code, options) =>
    /^\((async )?function\(exports, require\) \{ /.test(code) && typeof options === "object"
      ? original(code, { ...options, filename: nameOf(code) })
      : original(code, options);
}

/**
 * tslab's executor with the compiler set as in a present-day project: strict, and packages found by their `exports`
 * (tslab itself is fixed to Node 10's rules). Type definitions of Node and of cherenkit are found from any folder.
 * @param folder where the notebook runs; its local imports are looked up from here
 * @param nameOf a name for the JavaScript of each cell, asked when it is about to run
 * @param console receives the last expression of a cell by `log`, and what went wrong by `error`
 */
export function createExecutor(folder: string, nameOf: (javascript: string) => string, console: ConsoleLike): Executor {
  nameScripts(nameOf);
  const path = require.resolve("@tslab/typescript-for-tslab");
  const compiler = cellCompiler();
  const createWatchCompilerHost = (files: string[], options: ts.CompilerOptions, ...rest: unknown[]): CellHost => {
    const all: ts.CompilerOptions = {
      ...options,
      moduleResolution: compiler.ModuleResolutionKind.Bundler,
      lib: ["lib.es2023.d.ts"],
      strict: true,
      types: ["node"],
      typeRoots: [join(projectFolder, "node_modules/@types")],
    };
    const create = compiler.createWatchCompilerHost as (
      ...args: unknown[]
    ) => ReturnType<typeof createWatchCompilerHost>;
    const host = create(files, all, ...rest);
    useProjectLibrary(host);
    if (isOutside(folder)) resolveFromProject(compiler, host, all);
    return host;
  };
  // The compiler's exports are getters, so tslab is given a changed copy.
  require.cache[path]!.exports = { ...compiler, createWatchCompilerHost };
  const tellOfChanges = watchSources(compiler);
  if (isOutside(folder)) requireFromProject(folder);
  const node = tslabModule("tslab/dist/converter").createConverter({ isJS: false, isBrowser: false });
  const converters = { node, browser: node, close: () => node.close() };
  const executor = tslabModule("tslab/dist/executor").createExecutor(folder, converters, console);
  return {
    ...executor,
    execute: (code) => {
      tellOfChanges();
      return executor.execute(code);
    },
  };
}
