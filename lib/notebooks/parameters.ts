import type { INotebookContent } from "@jupyterlab/nbformat";
import { closest, distance } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";
import { type DeclaredParameter, hasShape } from "./declared-parameter.js";
import { declaredParameters } from "./declared-parameters.js";
import { literal, type NotebookLanguage } from "./literal.js";
import { cellTags, isCodeCell, joinedText, newCodeCell } from "./notebook-cell.js";

export const parametersTag = "parameters";
export const injectedTag = "injected-parameters";

function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const found = closest(name.toLowerCase(), known as string[]);
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 2) ? found : null;
}

function statement(
  declared: Pick<DeclaredParameter, "name" | "keyword"> & Partial<DeclaredParameter>,
  value: unknown,
  language: NotebookLanguage,
): string {
  const text = literal(value, language);
  if (language === "python") return `${declared.name} = ${text}`;
  const type = declared.annotated ? `: ${declared.type}` : "";
  return `${declared.keyword} ${declared.name}${type} = ${text};`;
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
  const notAName = names.find((name) => !/^[\p{L}_$][\p{L}\d_$]*$/u.test(name));
  if (notAName !== undefined) throw new ConfigError(`"${notAName}" cannot be the name of a parameter`, { place });
  const isFree = (name: string): boolean =>
    Array.isArray(allowUnknown) ? allowUnknown.includes(name) : allowUnknown === true;
  const at = notebook.cells.findIndex((cell) => isCodeCell(cell) && cellTags(cell).includes(parametersTag));
  if (at < 0 && !names.every(isFree)) {
    throw new ConfigError("the notebook takes no parameters", {
      place,
      remedy: `give the cell that declares them the tag "${parametersTag}", or leave out ${names.filter((name) => !isFree(name)).join(", ")}`,
    });
  }
  const declared = at < 0 ? [] : declaredParameters(joinedText(notebook.cells[at]!.source), language);
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
    const value = parameters[name];
    if (!hasShape(value, parameter.shape)) {
      const asText = parameter.type === "string" || parameter.type === "str";
      throw new ConfigError(`parameter ${name} is ${parameter.type}, but the value is ${literal(value, language)}`, {
        place,
        remedy: asText ? `to give it as text, use --raw ${name}=…` : "give a value of this type",
      });
    }
    return statement(parameter, value, language);
  });
  const comment = language === "python" ? "# Parameters" : "// Parameters";
  const cell = newCodeCell(notebook, [comment, ...statements].join("\n"), [injectedTag]);
  const cells = notebook.cells.slice();
  const older = cells.findIndex((item) => cellTags(item).includes(injectedTag));
  if (older >= 0) cells.splice(older, 1, cell);
  else cells.splice(at + 1, 0, cell);
  return { ...notebook, cells };
}
