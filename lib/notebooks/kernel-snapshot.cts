// Start-up snapshot of the kernel: node --snapshot-blob FILE --build-snapshot kernel-snapshot.cjs
// Loading the TypeScript compiler and reading the type definitions of JavaScript, Node and cherenkit takes most of a
// kernel's start. The snapshot is a process that has done both; `node --snapshot-blob FILE kernel.cjs …` goes on from
// there. A source file is taken from it only when its text is still the same.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { startupSnapshot } from "node:v8";
import { compileFunction } from "node:vm";
import type ts from "typescript";

/** What the process that builds the snapshot is told, in `CHERENKIT_SNAPSHOT`. */
interface SnapshotPlan {
  /** File of the compiler. */
  readonly compiler: string;
  readonly options: ts.CompilerOptions;
  /** Folder of the type definitions of JavaScript. */
  readonly libraryFolder: string;
  readonly libraryFile: string;
  /** A cell that imports what is to be read, and where it would lie. */
  readonly cell: { readonly file: string; readonly code: string };
}

const plan = JSON.parse(process.env.CHERENKIT_SNAPSHOT!) as SnapshotPlan;
const parsed = new Map<string, ts.SourceFile>();

function replaceOnce(source: string, part: string, by: string): string {
  if (source.split(part).length !== 2) throw new Error("this compiler is not the one the snapshot was made for");
  return source.replace(part, () => by);
}

function loadCompiler(): typeof ts {
  const signature =
    "function createSourceFile(fileName, sourceText, languageVersionOrOptions, setParentNodes = false, scriptKind) {";
  const known = "const known = knownSourceFile(fileName, sourceText); if (known) return known;";
  const source = readFileSync(plan.compiler, "utf8");
  const reusing = replaceOnce(source, signature, `${signature} ${known}`);
  // The kernel will run in another folder than this process.
  const code = replaceOnce(reusing, "memoize(() => process.cwd())", "() => process.cwd()");
  const own = { exports: {} };
  const find = (fileName: string, text: string): ts.SourceFile | undefined => {
    const file = parsed.get(fileName);
    return file?.text === text ? file : undefined;
  };
  const names = ["exports", "require", "module", "__filename", "__dirname", "knownSourceFile"];
  const load = compileFunction(code, names, { filename: plan.compiler });
  load.call(own.exports, own.exports, require, own, plan.compiler, dirname(plan.compiler), find);
  // Its exports are three thousand getters, which the kernel would ask anew at each start.
  return { ...(own.exports as typeof ts) };
}

/** Reads and binds the type definitions, as the first cell of a kernel would. */
function readDefinitions(compiler: typeof ts): void {
  const host = compiler.createCompilerHost(plan.options);
  const read = host.getSourceFile;
  host.getDefaultLibLocation = () => plan.libraryFolder;
  host.getDefaultLibFileName = () => plan.libraryFile;
  host.getSourceFile = (name, ...rest) => {
    if (name === plan.cell.file) return compiler.createSourceFile(name, plan.cell.code, ...(rest as [ts.ScriptTarget]));
    const file = read.call(host, name, ...rest);
    if (file && name.endsWith(".d.ts")) parsed.set(name, file);
    return file;
  };
  host.fileExists = (
    (exists) => (name: string) =>
      name === plan.cell.file || exists(name)
  )(host.fileExists);
  compiler.createProgram([plan.cell.file], plan.options, host).getTypeChecker();
}

const compiler = loadCompiler();
readDefinitions(compiler);

startupSnapshot.setDeserializeMainFunction(() => {
  Error.stackTraceLimit = 10; // a snapshot does not keep it
  const program = process.argv[1]!;
  const { Module, createRequire } = process.getBuiltinModule("node:module");
  const loaded = new Module(plan.compiler);
  loaded.exports = compiler;
  loaded.loaded = true;
  (Module as typeof Module & { _cache: Record<string, object> })._cache[plan.compiler] = loaded;
  createRequire(program)(program);
});
