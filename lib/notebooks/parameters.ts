import { Script } from "node:vm";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { closest, distance } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";
import { type DeclaredParameter, fitToShape } from "./declared-parameter.js";
import { declaredParameters } from "./declared-parameters.js";
import { literal, type NotebookLanguage } from "./literal.js";
import { cellTags, injectedTag, isCodeCell, joinedText, newCodeCell } from "./notebook-cell.js";

export const parametersTag = "parameters";

function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const found = closest(name.toLowerCase(), known as string[]);
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 2) ? found : null;
}

const word = /^[A-Za-z][\w-]*$/;

/**
 * The type that a `const` without one is given, so that cells which compare it with its default still compile: the value
 * alone would make a type of its own.
 */
function widened({ keyword, value: text, type }: Partial<DeclaredParameter>, value: unknown): string | null {
  if (keyword !== "const" || type !== typeof value) return null;
  if (typeof value === "number" || typeof value === "boolean") return typeof value;
  const before = text?.match(/^(["'`])(.*)\1$/)?.[2] ?? "";
  const isChoice = typeof value === "string" && value !== before && word.test(before) && word.test(value);
  return isChoice ? `${JSON.stringify(before)} | ${JSON.stringify(value)}` : null;
}

function statement(
  declared: Pick<DeclaredParameter, "name" | "keyword"> & Partial<DeclaredParameter>,
  value: unknown,
  language: NotebookLanguage,
): string {
  const text = literal(value, language);
  if (language === "python") return `${declared.name} = ${text}`;
  const type = declared.annotated ? declared.type : widened(declared, value);
  return `${declared.keyword} ${declared.name}${type ? `: ${type}` : ""} = ${text};`;
}

const pythonKeywords: readonly string[] = (
  "False None True and as assert async await break class continue def del elif else except finally for from global if " +
  "import in is lambda nonlocal not or pass raise return try while with yield"
).split(" ");

/** Whether the language lets a variable have this name. */
function canBeName(name: string, language: NotebookLanguage): boolean {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return false;
  if (language === "python") return !name.includes("$") && !pythonKeywords.includes(name);
  try {
    new Script(`"use strict"; async () => { const ${name} = 0; };`);
    return true;
  } catch {
    return false;
  }
}

/** What to do where a value is of another type. */
function remedyFor({ name, type }: DeclaredParameter, value: unknown): string {
  if (type === "string" || type === "str") return `to give it as text, use --raw ${name}=…`;
  if (type === "number" && typeof value === "bigint") return "a number keeps 15 digits; declare it as bigint";
  return "give a value of this type";
}

/**
 * Puts parameters into a notebook by papermill's rules: a cell tagged `injected-parameters`, which replaces an older
 * one or stands right after the cell tagged `parameters`. It declares the names again, with the same type, which
 * TypeScript cells may do, so the defaults stay readable above it.
 * @param place the notebook's file, for errors
 * @param allowUnknown take names that it does not declare, all or these; without a parameters cell they stand at the top
 * @throws {ConfigError} for a parameter the notebook does not declare, or a value of another type
 */
export function injectParameters(
  notebook: INotebookContent,
  parameters: Readonly<Record<string, unknown>>,
  language: NotebookLanguage,
  { place, allowUnknown = false }: { place: string; allowUnknown?: boolean | readonly string[] },
): INotebookContent {
  const names = Object.keys(parameters);
  if (names.length === 0) return notebook;
  const notAName = names.find((name) => !canBeName(name, language));
  if (notAName !== undefined) throw new ConfigError(`"${notAName}" cannot be the name of a parameter`, { place });
  const isFree = (name: string): boolean =>
    Array.isArray(allowUnknown) ? allowUnknown.includes(name) : allowUnknown === true;
  const tagged = (tag: string): number =>
    notebook.cells.findIndex((cell) => isCodeCell(cell) && cellTags(cell).includes(tag));
  const at = tagged(parametersTag);
  // A notebook that was prepared without such a cell declares what it was given then.
  const declaring = at < 0 ? tagged(injectedTag) : at;
  if (declaring < 0 && !names.every(isFree)) {
    throw new ConfigError("the notebook takes no parameters", {
      place,
      remedy: `give the cell that declares them the tag "${parametersTag}", or leave out ${names.filter((name) => !isFree(name)).join(", ")}`,
    });
  }
  const declared = declaring < 0 ? [] : declaredParameters(joinedText(notebook.cells[declaring]!.source), language);
  const statements = names.map((name) => {
    const parameter = declared.find((item) => item.name === name);
    if (!parameter && isFree(name)) return statement({ name, keyword: "const" }, parameters[name], language);
    if (!parameter) {
      const known = declared.map((item) => item.name);
      const near = nearest(name, known);
      throw new ConfigError(`the notebook has no parameter ${name}`, {
        place,
        remedy: near ? `did you mean ${near}?` : `its parameters are ${known.join(", ") || "none"}`,
      });
    }
    const given = parameters[name];
    const fit = fitToShape(given, parameter.shape);
    if (fit) return statement(parameter, fit.value, language);
    throw new ConfigError(`parameter ${name} is ${parameter.type}, but the value is ${literal(given, language)}`, {
      place,
      remedy: remedyFor(parameter, given),
    });
  });
  const comment = language === "python" ? "# Parameters" : "// Parameters";
  const cell = newCodeCell(notebook, [comment, ...statements].join("\n"), [injectedTag]);
  const cells = notebook.cells.slice();
  const older = cells.findIndex((item) => cellTags(item).includes(injectedTag));
  if (older >= 0) cells.splice(older, 1, cell);
  else cells.splice(at + 1, 0, cell);
  return { ...notebook, cells };
}
