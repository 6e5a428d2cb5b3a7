import type ts from "typescript";
import type { Diagnostic } from "./cell-error.js";

/** A cell as the compiler is to see it, or why it cannot be a cell. Positions of the code do not move. */
export type CellSource =
  | { readonly code: string; readonly prefix: number; readonly diagnostics?: undefined }
  | { readonly diagnostics: readonly Diagnostic[] };

// An `await` in parentheses, `for await` and the like are only understood by tslab when a plain `await` is there too.
const awaitPrefix = "await null; ";

/** Leading comment with which a cell becomes a module for `import`, as tslab has it. */
export const isModuleCell = (code: string): boolean => /^\s*\/\*\*(?:(?!\*\/)[\s\S])*@module\b/.test(code);

function withAwait(code: string): { code: string; prefix: number } {
  if (!/\bawait\b/.test(code) || isModuleCell(code)) return { code, prefix: 0 };
  return { code: awaitPrefix + code, prefix: awaitPrefix.length };
}

/** Where `import.meta` stands, which only a module has. */
function importMeta(node: ts.Node, compiler: typeof ts): ts.Node | undefined {
  if (compiler.isMetaProperty(node) && node.keywordToken === compiler.SyntaxKind.ImportKeyword) return node;
  return compiler.forEachChild(node, (child) => importMeta(child, compiler));
}

/** Shell commands and IPython's magics, which people try. */
const magic = /^\s*(%%?[a-zA-Z]|![\w./])/;

/**
 * Prepares a cell for tslab: `export` before a declaration and `export { … }` say nothing new, since all cells see all
 * variables, and are left out; what has no meaning in a cell is refused.
 */
export function cellSource(code: string, compiler: typeof ts): CellSource {
  const firstLine = code.split("\n").findIndex((line) => line.trim() !== "");
  const refuse = (line: number, column: number, message: string): CellSource => ({
    diagnostics: [{ file: "", line, column, message }],
  });
  if (magic.test(code.split("\n")[firstLine] ?? ""))
    return refuse(
      firstLine + 1,
      1,
      "a cell holds TypeScript; for other programs use execFileSync of node:child_process",
    );
  if (isModuleCell(code) || !/\b(export|import)\b/.test(code)) return withAwait(code);

  const file = compiler.createSourceFile("cell.ts", code, compiler.ScriptTarget.Latest, true);
  const refuseAt = (node: ts.Node, message: string): CellSource => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
    return refuse(line + 1, character + 1, message);
  };
  const meta = importMeta(file, compiler);
  if (meta) return refuseAt(meta, "a cell has no import.meta; it runs in the folder process.cwd()");
  let plain = code;
  for (const statement of file.statements) {
    const say = (message: string): CellSource => refuseAt(statement, message);
    if (compiler.isImportEqualsDeclaration(statement)) return say('write `import name from "…"` in a cell');
    if (compiler.isExportAssignment(statement))
      return say("a cell has no default export; give the value a name, later cells see it");
    if (compiler.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier) return say("a cell cannot pass on another module; import it where it is needed");
      plain = plain.slice(0, statement.getStart()) + " ".repeat(statement.getWidth()) + plain.slice(statement.getEnd());
      continue;
    }
    const modifiers = compiler.canHaveModifiers(statement) ? (compiler.getModifiers(statement) ?? []) : [];
    for (const modifier of modifiers) {
      if (modifier.kind === compiler.SyntaxKind.DefaultKeyword)
        return say("a cell has no default export; give the value a name, later cells see it");
      if (modifier.kind === compiler.SyntaxKind.ExportKeyword)
        plain = plain.slice(0, modifier.getStart()) + " ".repeat(modifier.getWidth()) + plain.slice(modifier.getEnd());
    }
  }
  return withAwait(plain);
}
