import type ts from "typescript";
import { isClearing } from "./cell-script.js";

/** Names to which a cell's JavaScript gives values: those that the compiler clears first. */
export function exportedNames(javascript: string, compiler: typeof ts): string[] {
  const file = compiler.createSourceFile("cell.js", javascript, compiler.ScriptTarget.Latest, true);
  return file.statements
    .filter((statement) => isClearing(statement, compiler))
    .flatMap((statement) => [...statement.getText().matchAll(/\bexports\.([\w$]+) =/g)].map(([, name]) => name!));
}

/** Names that a statement of a declaration file declares. */
function declaredNames(statement: ts.Statement, compiler: typeof ts): string[] {
  if (compiler.isImportDeclaration(statement)) {
    const { importClause } = statement;
    const { name, namedBindings } = importClause ?? {};
    const more = !namedBindings
      ? []
      : compiler.isNamespaceImport(namedBindings)
        ? [namedBindings.name]
        : namedBindings.elements.map((element) => element.name);
    return [name, ...more].flatMap((identifier) => (identifier ? [identifier.text] : []));
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name && compiler.isIdentifier(name) ? [name.text] : [];
}

/** The statements of `declarations` that declare names for which `isWanted` is true, or none at all. */
function filtered(declarations: string, isWanted: (name: string) => boolean, compiler: typeof ts): string[] {
  const file = compiler.createSourceFile("cell.d.ts", declarations, compiler.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement) => {
    if (!compiler.isVariableStatement(statement)) {
      const names = declaredNames(statement, compiler);
      return names.length === 0 || names.some(isWanted) ? [statement.getText()] : [];
    }
    const { declarations: all, flags } = statement.declarationList;
    const wanted = all.filter(({ name }) => !compiler.isIdentifier(name) || isWanted(name.text));
    const keyword = flags & compiler.NodeFlags.Const ? "const" : "let";
    return wanted.length > 0 ? [`declare ${keyword} ${wanted.map((item) => item.getText()).join(", ")};`] : [];
  });
}

/**
 * The declarations that hold after a cell which ended early: what it got to declare is known, as in any notebook, and a
 * name it did not come to stays what it was before.
 * @param former declarations before the cell
 * @param all declarations as they would be after the whole cell
 * @param missing names to which the cell would have given a value
 */
export function partOfDeclarations(
  former: string,
  all: string,
  missing: ReadonlySet<string>,
  compiler: typeof ts,
): string {
  if (missing.size === 0) return all;
  const kept = filtered(all, (name) => !missing.has(name), compiler);
  const before = filtered(former, (name) => missing.has(name), compiler);
  return `${[...kept, ...before].join("\n")}\n`;
}
