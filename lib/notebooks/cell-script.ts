import type ts from "typescript";

function boundNames(name: ts.BindingName, compiler: typeof ts): string[] {
  if (compiler.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    compiler.isOmittedExpression(element) ? [] : boundNames(element.name, compiler),
  );
}

/** `exports.a = exports.b = void 0;`, with which the compiler begins; it would take older values away. */
export function isClearing(statement: ts.Statement, compiler: typeof ts): boolean {
  if (!compiler.isExpressionStatement(statement)) return false;
  let value: ts.Expression = statement.expression;
  while (compiler.isBinaryExpression(value) && value.left.getText().startsWith("exports.")) value = value.right;
  return value !== statement.expression && compiler.isVoidExpression(value);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `{ a }` with a variable of an earlier cell, which tslab overlooks: it must be `{ a: exports.a }`. */
function shorthandEdits(file: ts.SourceFile, isShared: (name: string) => boolean, compiler: typeof ts): Edit[] {
  const bind = (compiler as typeof ts & { bindSourceFile(file: ts.SourceFile, options: object): void }).bindSourceFile;
  bind(file, {});
  const isLocal = (from: ts.Node, name: string): boolean => {
    for (let node = from; node; node = node.parent)
      if ((node as ts.Node & { locals?: ReadonlyMap<string, unknown> }).locals?.has(name)) return true;
    return false;
  };
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isShorthandPropertyAssignment(node)) {
      const name = node.name.text;
      if (isShared(name) && !isLocal(node, name))
        edits.push({ start: node.name.getStart(), end: node.name.getEnd(), text: `${name}: exports.${name}` });
    }
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return edits;
}

/**
 * Makes of a cell's JavaScript a script whose variables can be assigned from outside: `link` gets a function for each,
 * and what was `const` (the compiler has checked that) becomes `let`. Lines stay where they are.
 * @param javascript CommonJS as tslab emits it
 * @param isShared whether an earlier cell has declared a name
 */
export function linkedScript(
  javascript: string,
  isAsync: boolean,
  isShared: (name: string) => boolean,
  compiler: typeof ts,
): string {
  const file = compiler.createSourceFile("cell.js", javascript, compiler.ScriptTarget.Latest, true);
  const names: string[] = [];
  const hoisted: string[] = [];
  const edits = shorthandEdits(file, isShared, compiler);
  for (const statement of file.statements) {
    if (compiler.isVariableStatement(statement)) {
      const list = statement.declarationList;
      for (const declaration of list.declarations) names.push(...boundNames(declaration.name, compiler));
      const start = list.getStart();
      if (list.flags & compiler.NodeFlags.Const) edits.push({ start, end: start + "const".length, text: "let" });
    } else if (compiler.isFunctionDeclaration(statement) && statement.name) {
      names.push(statement.name.text);
      hoisted.push(statement.name.text);
    } else if (compiler.isClassDeclaration(statement) && statement.name) names.push(statement.name.text);
    else if (isClearing(statement, compiler))
      edits.push({ start: statement.getStart(), end: statement.getEnd(), text: "" });
  }
  let body = javascript;
  for (const { start, end, text } of edits.sort((a, b) => b.start - a.start))
    body = body.slice(0, start) + text + body.slice(end);
  const assigns = names.map((name) => `${name}: (v) => { ${name} = v; }`).join(", ");
  // Functions can be called before their line, also by functions of other cells.
  const first = hoisted.map((name) => `exports.${name} = ${name};`).join(" ");
  const link = `__cell__.link({ ${assigns} }); ${first}`;
  return `(${isAsync ? "async " : ""}function (exports, require) { ${link} ${body}\n})(__cell__.exports, __cell__.require)`;
}
