import type { DeclaredParameter } from "./declared-parameter.js";
import { knownParameters } from "./known-parameters.js";
import type { NotebookLanguage } from "./literal.js";
import { pythonParameters } from "./python-parameters.js";

/** The parameters that a notebook's `parameters` cell declares, in their order. */
export function declaredParameters(source: string, language: NotebookLanguage): DeclaredParameter[] {
  return language === "python" ? pythonParameters(source) : knownParameters(source);
}
