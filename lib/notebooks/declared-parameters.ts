import type { DeclaredParameter, ValueShape } from "./declared-parameter.js";
import { knownParameters } from "./known-parameters.js";
import type { NotebookLanguage } from "./literal.js";

const pythonShapes: Readonly<Record<string, ValueShape>> = {
  str: { kind: "text" },
  int: { kind: "whole number" },
  float: { kind: "number" },
  bool: { kind: "truth" },
  list: { kind: "array", item: { kind: "anything" } },
  dict: { kind: "object" },
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
    const shape = pythonShapes[type ?? ""] ?? { kind: "anything" };
    const told = { value: value!.trim(), help: (help ?? "").trim() };
    return { name: name!, keyword: "", type, annotated: written !== undefined, ...told, shape };
  });
}

/** The parameters that a notebook's `parameters` cell declares, in their order. */
export function declaredParameters(source: string, language: NotebookLanguage): DeclaredParameter[] {
  return language === "python" ? pythonParameters(source) : knownParameters(source);
}
