import type { DeclaredParameter, ValueShape } from "./declared-parameter.js";

interface Line {
  readonly code: string;
  /** The comment at its end. */
  readonly comment: string;
}

/** A string, a comment, a line that goes on, or any other character of Python. */
const tokens = /("""|''')(?:[^\\]|\\[\s\S])*?\1|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|#[^\n]*|\\\n|[\s\S]/g;

/** Statements as Python sees them: one may go over several lines, and several may stand in one. */
function logicalLines(source: string): Line[] {
  const lines: Line[] = [];
  let [code, comment, depth] = ["", "", 0];
  for (const [token] of `${source}\n`.matchAll(tokens)) {
    if ("([{".includes(token)) depth++;
    if (")]}".includes(token)) depth--;
    if ((token === "\n" || token === ";") && depth <= 0) {
      if (code.trim() !== "") lines.push({ code: code.trimEnd(), comment });
      // What stands behind a semicolon belongs to the same block.
      [code, comment, depth] = [token === ";" ? (code.match(/^\s+/)?.[0] ?? "") : "", "", 0];
      if (token === ";") code += ";";
    } else if (token.startsWith("#")) {
      if (depth === 0) comment = token.slice(1).trim();
    } else code += token === "\n" || token === "\\\n" ? " " : token;
  }
  return lines.map((line) => ({ ...line, code: line.code.replace(/^(\s*);\s*/, "$1") }));
}

/** The parts between separators that stand in no brackets. */
function topLevel(text: string, separator: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(tokens)) {
    if ("([{".includes(token)) depth++;
    if (")]}".includes(token)) depth--;
    if (token === separator && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

const anything: ValueShape = { kind: "anything" };
const text: ValueShape = { kind: "text" };
const truth: ValueShape = { kind: "truth" };
const wholeNumber: ValueShape = { kind: "whole number" };
const float: ValueShape = { kind: "union", parts: [{ kind: "number" }, wholeNumber] };
const none: ValueShape = { kind: "constant", value: "null", isText: false };
const list: ValueShape = { kind: "array", item: anything };
const dict: ValueShape = { kind: "object" };

const plainShapes: Readonly<Record<string, ValueShape>> = {
  ...{ str: text, int: wholeNumber, float, bool: truth, None: none },
  ...{ list, List: list, tuple: list, Tuple: list, set: list, Set: list, Sequence: list, dict, Dict: dict },
};

const plainShape = (name: string): ValueShape => (Object.hasOwn(plainShapes, name) ? plainShapes[name]! : anything);

function constant(written: string): ValueShape {
  const quoted = written.match(/^["'](.*)["']$/)?.[1];
  if (quoted !== undefined) return { kind: "constant", value: quoted, isText: true };
  const spelled: Readonly<Record<string, string>> = { None: "null", True: "true", False: "false" };
  return { kind: "constant", value: spelled[written] ?? written, isText: false };
}

/** What an annotation asks of a value; of types it does not know nothing. */
function shapeOfAnnotation(annotation: string): ValueShape {
  const type = annotation.replace(/^(["'])(.*)\1$/, "$2").replace(/^typing\./, "");
  const either = topLevel(type, "|");
  if (either.length > 1) return { kind: "union", parts: either.map(shapeOfAnnotation) };
  const [, name, inner] = type.match(/^(\w+)\s*\[(.*)\]$/s) ?? [];
  if (name === undefined) return plainShape(type);
  const parts = topLevel(inner!, ",");
  switch (name) {
    case "Optional":
      return { kind: "union", parts: [...parts.map(shapeOfAnnotation), none] };
    case "Union":
      return { kind: "union", parts: parts.map(shapeOfAnnotation) };
    case "Literal":
      return { kind: "union", parts: parts.map(constant) };
    case "list":
    case "List":
    case "Sequence":
      return { kind: "array", item: shapeOfAnnotation(parts[0] ?? "") };
    case "dict":
    case "Dict":
      return { kind: "record", item: shapeOfAnnotation(parts[1] ?? "") };
  }
  return plainShape(name);
}

function typeOfDefault(value: string): string | null {
  const isOne = topLevel(value, ",").length === 1 && topLevel(value, "+").length === 1;
  if (/^[rfbu]*["']/i.test(value) && isOne) return "str";
  if (value === "True" || value === "False") return "bool";
  if (/^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) return "float";
  if (value.startsWith("[") && value.endsWith("]")) return "list";
  if (value.startsWith("{") && value.endsWith("}")) return value === "{}" || value.includes(":") ? "dict" : "set";
  return null;
}

function parameter(
  name: string,
  written: string | undefined,
  value: string | null,
  comment: string,
): DeclaredParameter {
  // papermill takes the type from a comment, too.
  const [, told, rest] = comment.match(/^type:\s*([^\s#]+)\s*#?\s*(.*)$/) ?? [];
  const type = written ?? told ?? (value === null ? null : typeOfDefault(value));
  const shape = type === null ? anything : shapeOfAnnotation(type);
  return { name, keyword: "", type, annotated: written !== undefined, value, help: rest ?? comment, shape };
}

const name = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const assignment = new RegExp(`^(${name})\\s*(?::\\s*([^=]+?))?\\s*=(?!=)\\s*([\\s\\S]+)$`, "u");
const severalNames = new RegExp(`^(${name}(?:\\s*,\\s*${name})+)\\s*=(?!=)`, "u");

function declared({ code, comment }: Line): DeclaredParameter[] {
  const several = severalNames.exec(code)?.[1];
  if (several) return topLevel(several, ",").map((one) => parameter(one, undefined, null, comment));
  const [, first, written, value] = assignment.exec(code) ?? [];
  if (first === undefined) return [];
  const others = written === undefined ? declared({ code: value!, comment }) : [];
  return [parameter(first, written, others.at(-1)?.value ?? value!, comment), ...others];
}

/** The parameters that a cell of Python declares: the names it assigns outside of any block. */
export function pythonParameters(source: string): DeclaredParameter[] {
  return logicalLines(source).flatMap(declared);
}
