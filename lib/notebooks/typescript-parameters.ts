import type ts from "typescript";
import type { DeclaredParameter, FieldShape, ValueShape } from "./declared-parameter.js";
import { cellCompiler } from "./tslab-compiler.js";

const anything: ValueShape = { kind: "anything" };

/** Types that the cell declares itself, by name. */
type LocalTypes = ReadonlyMap<string, ts.TypeAliasDeclaration | ts.InterfaceDeclaration>;

interface Context {
  readonly compiler: typeof ts;
  readonly types: LocalTypes;
}

function shapeOfMembers(members: readonly ts.TypeElement[], context: Context): ValueShape {
  const { compiler } = context;
  const fields: Record<string, FieldShape> = {};
  for (const member of members) {
    if (!compiler.isPropertySignature(member) || !member.type) return { kind: "object" };
    if (!compiler.isIdentifier(member.name) && !compiler.isStringLiteral(member.name)) return { kind: "object" };
    const optional = member.questionToken !== undefined;
    fields[member.name.text] = { shape: shapeOfType(member.type, context), optional };
  }
  return { kind: "fields", fields };
}

function shapeOfReference(node: ts.TypeReferenceNode, context: Context): ValueShape {
  const name = node.typeName.getText();
  const last = node.typeArguments?.at(-1);
  const inner = (): ValueShape => shapeOfType(last!, context);
  if ((name === "Array" || name === "ReadonlyArray") && last) return { kind: "array", item: inner() };
  if (name === "Readonly" && last) return inner();
  if (name === "Record" && last) return { kind: "record", item: inner() };
  if (name === "Date") return { kind: "date" };
  const local = context.types.get(name);
  if (!local || local.typeParameters) return anything;
  // A type that names itself is not followed.
  const types = new Map([...context.types].filter(([other]) => other !== name));
  if (context.compiler.isTypeAliasDeclaration(local)) return shapeOfType(local.type, { ...context, types });
  return local.heritageClauses ? { kind: "object" } : shapeOfMembers(local.members, { ...context, types });
}

/** What a written type asks of a value. Types it does not know are left to the compiler in the kernel. */
function shapeOfType(node: ts.TypeNode, context: Context): ValueShape {
  const { compiler } = context;
  const { SyntaxKind } = compiler;
  const shape = (inner: ts.TypeNode): ValueShape => shapeOfType(inner, context);
  switch (node.kind) {
    case SyntaxKind.StringKeyword:
      return { kind: "text" };
    case SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case SyntaxKind.BigIntKeyword:
      return { kind: "bigint" };
    case SyntaxKind.BooleanKeyword:
      return { kind: "truth" };
    case SyntaxKind.ObjectKeyword:
      return { kind: "object" };
    case SyntaxKind.UndefinedKeyword:
      return { kind: "undefined" };
  }
  if (compiler.isTypeLiteralNode(node)) return shapeOfMembers([...node.members], context);
  if (compiler.isParenthesizedTypeNode(node)) return shape(node.type);
  if (compiler.isTypeOperatorNode(node)) return shape(node.type);
  if (compiler.isArrayTypeNode(node)) return { kind: "array", item: shape(node.elementType) };
  if (compiler.isTupleTypeNode(node)) {
    const items = node.elements.map((item) => (compiler.isNamedTupleMember(item) ? item.type : item));
    const isPlain = items.every((item) => !compiler.isRestTypeNode(item) && !compiler.isOptionalTypeNode(item));
    return isPlain ? { kind: "tuple", items: items.map(shape) } : { kind: "array", item: anything };
  }
  if (compiler.isUnionTypeNode(node)) return { kind: "union", parts: node.types.map(shape) };
  if (compiler.isLiteralTypeNode(node)) {
    const isText = compiler.isStringLiteral(node.literal);
    return {
      kind: "constant",
      value: isText ? (node.literal as ts.StringLiteral).text : node.literal.getText(),
      isText,
    };
  }
  return compiler.isTypeReferenceNode(node) ? shapeOfReference(node, context) : anything;
}

/** The name of a type, null when nothing is known, and what it asks of a value. */
type Known = readonly [string | null, ValueShape];

const unknown: Known = [null, anything];
const text: Known = ["string", { kind: "text" }];
const number: Known = ["number", { kind: "number" }];
const truth: Known = ["boolean", { kind: "truth" }];

/** What `a + b` and the like are, where their sides tell. */
function typeOfOperation(node: ts.BinaryExpression, compiler: typeof ts): Known {
  const { SyntaxKind } = compiler;
  const [left, right] = [typeOfValue(node.left, compiler), typeOfValue(node.right, compiler)];
  const operator = node.operatorToken.kind;
  if (operator === SyntaxKind.PlusToken && (left === text || right === text)) return text;
  const { PlusToken, MinusToken, AsteriskToken, SlashToken, PercentToken, AsteriskAsteriskToken } = SyntaxKind;
  const counts: number[] = [PlusToken, MinusToken, AsteriskToken, SlashToken, PercentToken, AsteriskAsteriskToken];
  return counts.includes(operator) && left === number && right === number ? number : unknown;
}

/** What an array holds, when all of it is of one kind. */
function typeOfItems(node: ts.ArrayLiteralExpression, compiler: typeof ts): Known {
  const [first = unknown, ...others] = node.elements.map((item) => typeOfValue(item, compiler));
  const [type, item] = first;
  if (type === null || others.some(([other]) => other !== type)) return ["array", { kind: "array", item: anything }];
  return [`${type}[]`, { kind: "array", item }];
}

/** The type that a value implies. */
function typeOfValue(node: ts.Expression, compiler: typeof ts): Known {
  const { SyntaxKind } = compiler;
  if (compiler.isParenthesizedExpression(node) || compiler.isSatisfiesExpression(node) || compiler.isAsExpression(node))
    return typeOfValue(node.expression, compiler);
  if (compiler.isStringLiteralLike(node) || compiler.isTemplateExpression(node)) return text;
  if (compiler.isNumericLiteral(node)) return number;
  if (compiler.isIdentifier(node) && ["NaN", "Infinity"].includes(node.text)) return number;
  if (compiler.isBigIntLiteral(node)) return ["bigint", { kind: "bigint" }];
  if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) return truth;
  if (compiler.isPrefixUnaryExpression(node))
    return node.operator === SyntaxKind.ExclamationToken ? truth : typeOfValue(node.operand, compiler);
  if (compiler.isBinaryExpression(node)) return typeOfOperation(node, compiler);
  if (compiler.isNewExpression(node) && node.expression.getText() === "Date") return ["Date", { kind: "date" }];
  if (compiler.isArrayLiteralExpression(node)) return typeOfItems(node, compiler);
  if (compiler.isObjectLiteralExpression(node)) return ["object", { kind: "object" }];
  return unknown;
}

/** The type a declaration writes, also as `value as Type`. */
function writtenType({ type, initializer }: ts.VariableDeclaration, compiler: typeof ts): ts.TypeNode | null {
  if (type) return type;
  const cast = initializer && compiler.isAsExpression(initializer) ? initializer.type : null;
  return cast?.getText() === "const" ? null : cast;
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
  const isType = (node: ts.Node): node is ts.TypeAliasDeclaration | ts.InterfaceDeclaration =>
    compiler.isTypeAliasDeclaration(node) || compiler.isInterfaceDeclaration(node);
  const types: LocalTypes = new Map(file.statements.filter(isType).map((node) => [node.name.text, node]));
  return file.statements.filter(compiler.isVariableStatement).flatMap((statement): DeclaredParameter[] => {
    const list = statement.declarationList;
    const keyword = list.flags & compiler.NodeFlags.Const ? "const" : "let";
    return list.declarations.flatMap((declaration): DeclaredParameter[] => {
      if (!compiler.isIdentifier(declaration.name)) return [];
      const name = declaration.name.text;
      const value = declaration.initializer?.getText() ?? null;
      const common = { name, keyword, value, help: helpOf(statement, source, compiler) };
      const written = writtenType(declaration, compiler);
      if (written) {
        const shape = shapeOfType(written, { compiler, types });
        return [{ ...common, type: written.getText(), annotated: true, shape }];
      }
      const [type, shape] = declaration.initializer ? typeOfValue(declaration.initializer, compiler) : unknown;
      return [{ ...common, type, annotated: false, shape }];
    });
  });
}
