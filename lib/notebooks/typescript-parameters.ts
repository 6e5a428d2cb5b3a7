import type ts from "typescript";
import type { DeclaredParameter, ValueShape } from "./declared-parameter.js";
import { cellCompiler } from "./tslab-compiler.js";

const anything: ValueShape = { kind: "anything" };

/** What a written type asks of a value. Types it does not know are left to the compiler in the kernel. */
function shapeOfType(node: ts.TypeNode, compiler: typeof ts): ValueShape {
  const { SyntaxKind } = compiler;
  const shape = (inner: ts.TypeNode): ValueShape => shapeOfType(inner, compiler);
  switch (node.kind) {
    case SyntaxKind.StringKeyword:
      return { kind: "text" };
    case SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case SyntaxKind.BooleanKeyword:
      return { kind: "truth" };
    case SyntaxKind.ObjectKeyword:
    case SyntaxKind.TypeLiteral:
      return { kind: "object" };
    case SyntaxKind.UndefinedKeyword:
      return { kind: "undefined" };
  }
  if (compiler.isParenthesizedTypeNode(node)) return shape(node.type);
  if (compiler.isTypeOperatorNode(node)) return shape(node.type);
  if (compiler.isArrayTypeNode(node)) return { kind: "array", item: shape(node.elementType) };
  if (compiler.isUnionTypeNode(node)) return { kind: "union", parts: node.types.map(shape) };
  if (compiler.isLiteralTypeNode(node)) {
    const isText = compiler.isStringLiteral(node.literal);
    return {
      kind: "constant",
      value: isText ? (node.literal as ts.StringLiteral).text : node.literal.getText(),
      isText,
    };
  }
  if (compiler.isTypeReferenceNode(node)) {
    const name = node.typeName.getText();
    const last = node.typeArguments?.at(-1);
    if ((name === "Array" || name === "ReadonlyArray") && last) return { kind: "array", item: shape(last) };
    if (name === "Readonly" && last) return shape(last);
    if (name === "Record" && last) return { kind: "record", item: shape(last) };
  }
  return anything;
}

function typeOfDefault(node: ts.Expression | undefined, compiler: typeof ts): [string | null, ValueShape] {
  if (!node) return [null, anything];
  const { SyntaxKind } = compiler;
  if (compiler.isStringLiteralLike(node) || compiler.isTemplateExpression(node)) return ["string", { kind: "text" }];
  if (compiler.isNumericLiteral(node) || compiler.isPrefixUnaryExpression(node)) return ["number", { kind: "number" }];
  if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword)
    return ["boolean", { kind: "truth" }];
  if (compiler.isArrayLiteralExpression(node)) return ["array", { kind: "array", item: anything }];
  if (compiler.isObjectLiteralExpression(node)) return ["object", { kind: "object" }];
  return [null, anything];
}

/** The comment at the end of the statement's line, else the one before it. */
function helpOf(statement: ts.Statement, source: string, compiler: typeof ts): string {
  const text = (range: ts.CommentRange): string =>
    source
      .slice(range.pos, range.end)
      .replace(/^\/\*\*?|\*\/$|^\/\//g, "")
      .replace(/^\s*\* ?/gm, "")
      .replace(/\s+/g, " ")
      .trim();
  const after = compiler.getTrailingCommentRanges(source, statement.getEnd())?.[0];
  const before = compiler.getLeadingCommentRanges(source, statement.getFullStart())?.at(-1);
  return after ? text(after) : before ? text(before) : "";
}

/** The parameters that a cell of TypeScript declares, read by the compiler. */
export function typescriptParameters(source: string): DeclaredParameter[] {
  const compiler = cellCompiler();
  const file = compiler.createSourceFile("parameters.ts", source, compiler.ScriptTarget.Latest, true);
  return file.statements.filter(compiler.isVariableStatement).flatMap((statement): DeclaredParameter[] => {
    const list = statement.declarationList;
    const keyword = list.flags & compiler.NodeFlags.Const ? "const" : "let";
    return list.declarations.flatMap((declaration): DeclaredParameter[] => {
      if (!compiler.isIdentifier(declaration.name)) return [];
      const name = declaration.name.text;
      const value = declaration.initializer?.getText() ?? null;
      const common = { name, keyword, value, help: helpOf(statement, source, compiler) };
      if (declaration.type) {
        const shape = shapeOfType(declaration.type, compiler);
        return [{ ...common, type: declaration.type.getText(), annotated: true, shape }];
      }
      const [type, shape] = typeOfDefault(declaration.initializer, compiler);
      return [{ ...common, type, annotated: false, shape }];
    });
  });
}
