import { existsSync } from "node:fs";
import { createRequire, isBuiltin, Module } from "node:module";
import { join, relative } from "node:path";
import type ts from "typescript";
import { projectFolder } from "../files/project-folder.js";
import { watchSources } from "./watch-sources.js";

const require = createRequire(import.meta.url);

/** A finding of the compiler, lines and characters from 0. */
export interface TslabDiagnostic {
  readonly fileName?: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly messageText: string;
}

/** A cell as tslab compiled it. */
export interface ConvertedCell {
  readonly diagnostics: readonly TslabDiagnostic[];
  readonly output?: string;
  /** Types of all variables so far, for the next cell. */
  readonly declOutput?: string;
  readonly hasToplevelAwait?: boolean;
  /** Where the script leaves the value of its last expression. */
  readonly lastExpressionVar?: string;
  /** Modules beside the notebook that it imports. */
  readonly sideOutputs?: readonly { readonly path: string; readonly data: string }[];
}

/** Type checks cells and makes JavaScript of them. */
export interface CellConverter {
  convert(declarations: string, code: string): ConvertedCell;
  addModule(name: string, code: string, meta: object): readonly TslabDiagnostic[];
  inspect(declarations: string, code: string, position: number): ts.QuickInfo | null;
  complete(declarations: string, code: string, position: number): { start: number; end: number; candidates: string[] };
  close(): void;
}

interface TslabModules {
  tslab: object;
  "tslab/dist/converter": {
    createConverter(options: { isJS: boolean; isBrowser: boolean }): CellConverter;
    isCompleteCode(code: string): { completed: boolean; indent?: string };
  };
  "tslab/dist/metadata": { getCodeMetadata(code: string): { module?: string } };
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
  // The compiler names types by the files they stand in, which a package's `exports` need not list.
  const anyFile = { ...options, moduleResolution: compiler.ModuleResolutionKind.Node10 };
  const anyFileCache = compiler.createModuleResolutionCache(projectFolder, (name) => name, anyFile);
  const find = (name: string, file: string): ts.ResolvedModuleFull | undefined => {
    const found = compiler.resolveModuleName(name, file, options, host, cache).resolvedModule;
    if (found || name.startsWith(".")) return found;
    return (
      compiler.resolveModuleName(name, fallback, options, host, cache).resolvedModule ??
      compiler.resolveModuleName(name, fallback, anyFile, host, anyFileCache).resolvedModule
    );
  };
  // Node's own modules are declared, not found: looking for their files takes longer than all else.
  host.resolveModuleNames = (names, file) => names.map((name) => (isBuiltin(name) ? undefined : find(name, file)));
  host.getModuleResolutionCache = () => cache;
}

/** With these the compiler can name the type of a variable that comes from a package of the project. */
const packageNames: ts.CompilerOptions = { baseUrl: join(projectFolder, "node_modules"), paths: { "*": ["*"] } };

/**
 * Types of JavaScript itself are taken from the project's TypeScript: tslab's own are older than what Node can do
 * (`toSorted`), and do not know `Float32Array<ArrayBuffer>`, which would silently become `any`.
 */
const library: { readonly folder: string; readonly file: string } = {
  folder: join(projectFolder, "node_modules/typescript/lib"),
  file: join(projectFolder, "node_modules/typescript/lib/lib.es2023.d.ts"),
};

function useProjectLibrary(host: CellHost): void {
  if (!existsSync(library.file)) return;
  host.getDefaultLibLocation = () => library.folder;
  host.getDefaultLibFileName = () => library.file;
}

/** What TypeScript's own compiler does not tell in its types. */
interface BareCompiler {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}
interface ResolvedSourceFile extends ts.SourceFile {
  readonly resolvedModules?: { forEach(visit: (found: { resolvedModule?: ts.ResolvedModule }) => void): void };
}

/** Names of a source file and of all that it imports, itself or by others; type definitions are left out. */
function sourcesOf(program: ts.Program, file: ts.SourceFile): string[] {
  const found = new Set([file.fileName]);
  for (const name of found) {
    (program.getSourceFile(name) as ResolvedSourceFile | undefined)?.resolvedModules?.forEach(({ resolvedModule }) => {
      const path = resolvedModule?.resolvedFileName;
      if (path && !path.endsWith(".d.ts") && program.getSourceFile(path)) found.add(path);
    });
  }
  return [...found];
}

/**
 * Makes the programs of tslab's converter, two for most cells. TypeScript's usual builder looks in each of them for what
 * a change concerns, which takes longer than to check a cell anew.
 */
function programMaker(compiler: typeof ts): ts.CreateProgram<ts.BuilderProgram> {
  const { bindSourceFile } = compiler as typeof ts & BareCompiler;
  return (names, options, ...rest) => {
    const builder = compiler.createAbstractBuilder(names, options, ...rest);
    // tslab asks for the names that a cell declares before anything is checked.
    for (const name of names ?? []) {
      const file = builder.getSourceFile(name);
      if (file) bindSourceFile(file, options ?? {});
    }
    return { ...builder, getAllDependencies: (file) => sourcesOf(builder.getProgram(), file) };
  };
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

/** Settings of a present-day project, laid over tslab's: strict, and packages found by their `exports`. */
function ownOptions(compiler: typeof ts): ts.CompilerOptions {
  return {
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts"],
    strict: true,
    types: ["node"],
    typeRoots: [join(projectFolder, "node_modules/@types")],
  };
}

/** What the snapshot of the kernel is to hold: the compiler, and the types that most cells need. */
export function snapshotPlan(): object {
  const compiler = cellCompiler();
  return {
    compiler: require.resolve("@tslab/typescript-for-tslab"),
    options: {
      module: compiler.ModuleKind.ESNext,
      target: compiler.ScriptTarget.ES2022,
      esModuleInterop: true,
      experimentalDecorators: true,
      resolveJsonModule: true,
      skipLibCheck: true,
      allowJs: true,
      checkJs: true,
      jsx: compiler.JsxEmit.React,
      ...ownOptions(compiler),
    },
    libraryFolder: library.folder,
    libraryFile: library.file,
    cell: { file: join(projectFolder, "__cell__.ts"), code: 'import "cherenkit";\n' },
  };
}

/**
 * tslab's converter with the compiler set as in a present-day project (tslab itself is fixed to Node 10's rules). Type
 * definitions of Node and of cherenkit are found from any folder. Cells are compiled as if they lay in the current
 * folder.
 */
export function createConverter(): CellConverter {
  const folder = process.cwd();
  const path = require.resolve("@tslab/typescript-for-tslab");
  const compiler = cellCompiler();
  const createWatchCompilerHost = (
    files: string[],
    options: ts.CompilerOptions,
    system: ts.System,
    _createProgram: null,
    ...rest: [ts.DiagnosticReporter, ts.WatchStatusReporter]
  ): CellHost => {
    const all: ts.CompilerOptions = { ...options, ...ownOptions(compiler) };
    const own = isOutside(folder) ? { ...all, ...packageNames } : all;
    const host = compiler.createWatchCompilerHost(files, own, system, programMaker(compiler), ...rest);
    useProjectLibrary(host);
    if (isOutside(folder)) resolveFromProject(compiler, host, all);
    return host;
  };
  // The compiler's exports are getters, so tslab is given a changed copy.
  require.cache[path]!.exports = { ...compiler, createWatchCompilerHost };
  const tellOfChanges = watchSources(compiler);
  if (isOutside(folder)) requireFromProject(folder);
  const converter = tslabModule("tslab/dist/converter").createConverter({ isJS: false, isBrowser: false });
  return {
    ...converter,
    convert: (declarations, code) => {
      tellOfChanges();
      return converter.convert(declarations, code);
    },
  };
}
