import type ts from "typescript";
import type { NotebookLanguage } from "./literal.js";
import { cellCompiler } from "./tslab-compiler.js";

/** A parameter as the cell tagged `parameters` declares it. */
export interface DeclaredParameter {
  readonly name: string;
  /** `const`, `let` or, in Python, nothing. */
  readonly keyword: string;
  /** The type as written, or what the default value implies; null when nothing is known. */
  readonly type: string | null;
  /** True when the cell writes the type itself. */
  readonly annotated: boolean;
  /** The default as written; null when there is none. */
  readonly value: string | null;
  /** What the comment before it or at the end of its line says. */
  readonly help: string;
  /** Whether a value fits; true also when that cannot be told here. */
  readonly fits: (value: unknown) => boolean;
}

type Check = (value: unknown) => boolean;

const anything: Check = () => true;
const isNumber: Check = (value) => typeof value === "number";
const isString: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
const isObject: Check = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const arrayOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);

/** What a written type asks of a value. Types it does not know are left to the compiler in the kernel. */
function checkOfType(node: ts.TypeNode, compiler: typeof ts): Check {
  const { SyntaxKind } = compiler;
  const check = (inner: ts.TypeNode): Check => checkOfType(inner, compiler);
  switch (node.kind) {
    case SyntaxKind.StringKeyword:
      return isString;
    case SyntaxKind.NumberKeyword:
      return isNumber;
    case SyntaxKind.BooleanKeyword:
      return isBoolean;
    case SyntaxKind.ObjectKeyword:
    case SyntaxKind.TypeLiteral:
      return isObject;
    case SyntaxKind.UndefinedKeyword:
      return (value) => value === undefined;
  }
  if (compiler.isParenthesizedTypeNode(node)) return check(node.type);
  if (compiler.isTypeOperatorNode(node)) return check(node.type);
  if (compiler.isArrayTypeNode(node)) return arrayOf(check(node.elementType));
  if (compiler.isUnionTypeNode(node)) {
    const parts = node.types.map(check);
    return (value) => parts.some((part) => part(value));
  }
  if (compiler.isLiteralTypeNode(node)) {
    if (compiler.isStringLiteral(node.literal)) return (value) => value === (node.literal as ts.StringLiteral).text;
    const text = node.literal.getText();
    return (value) => String(value) === text && typeof value !== "string";
  }
  if (compiler.isTypeReferenceNode(node)) {
    const name = node.typeName.getText();
    const last = node.typeArguments?.at(-1);
    if ((name === "Array" || name === "ReadonlyArray") && last) return arrayOf(check(last));
    if (name === "Readonly" && last) return check(last);
    if (name === "Record" && last) {
      const item = check(last);
      return (value) => isObject(value) && Object.values(value as object).every(item);
    }
  }
  return anything;
}

function typeOfDefault(node: ts.Expression | undefined, compiler: typeof ts): [string | null, Check] {
  if (!node) return [null, anything];
  const { SyntaxKind } = compiler;
  if (compiler.isStringLiteralLike(node) || compiler.isTemplateExpression(node)) return ["string", isString];
  if (compiler.isNumericLiteral(node) || compiler.isPrefixUnaryExpression(node)) return ["number", isNumber];
  if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) return ["boolean", isBoolean];
  if (compiler.isArrayLiteralExpression(node)) return ["array", arrayOf(anything)];
  if (compiler.isObjectLiteralExpression(node)) return ["object", isObject];
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

function typescriptParameters(source: string): DeclaredParameter[] {
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
        const fits = checkOfType(declaration.type, compiler);
        return [{ ...common, type: declaration.type.getText(), annotated: true, fits }];
      }
      const [type, fits] = typeOfDefault(declaration.initializer, compiler);
      return [{ ...common, type, annotated: false, fits }];
    });
  });
}

const pythonChecks: Readonly<Record<string, Check>> = {
  str: isString,
  int: (value) => Number.isInteger(value) || typeof value === "bigint",
  float: isNumber,
  bool: isBoolean,
  list: arrayOf(anything),
  dict: isObject,
};

function pythonDefaultType(text: string): string | null {
  if (/^[rfbu]*["']/i.test(text)) return "str";
  if (/^(True|False)\b/.test(text)) return "bool";
  if (/^[-+]?(\d|\.\d)/.test(text)) return "float";
  if (text.startsWith("[")) return "list";
  if (text.startsWith("{")) return "dict";
  return null;
}

function pythonParameters(source: string): DeclaredParameter[] {
  return [...source.matchAll(/^([A-Za-z_]\w*)\s*(?::\s*([^=\n]+?))?\s*=(?!=)\s*(.*)$/gm)].map((match) => {
    const [, name, written, line] = match;
    const [, value, help] = line!.match(/^((?:"[^"]*"|'[^']*'|[^#"'])*)(?:#\s*(.*))?$/) ?? ["", line!, ""];
    const type = written ?? pythonDefaultType(value!);
    const fits = pythonChecks[type ?? ""] ?? anything;
    const told = { value: value!.trim(), help: (help ?? "").trim() };
    return { name: name!, keyword: "", type, annotated: written !== undefined, ...told, fits };
  });
}

/** The parameters that a notebook's `parameters` cell declares, in their order. */
export function declaredParameters(source: string, language: NotebookLanguage): DeclaredParameter[] {
  return language === "python" ? pythonParameters(source) : typescriptParameters(source);
}
