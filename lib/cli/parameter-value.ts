import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ConfigError } from "../errors.js";

const spelled: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  nan: Number.NaN,
  NaN: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  Infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * A value from the command line: JSON where it is JSON (`3`, `true`, `["a"]`, `"007"`), a word that papermill's users
 * write (`True`, `None`, `nan`), else the text itself.
 */
export function parameterValue(text: string): unknown {
  if (Object.hasOwn(spelled, text)) return spelled[text];
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function parameterMap(content: unknown, place: string): Record<string, unknown> {
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigError(`${place} holds no parameters`, { place, remedy: "write lines of the form name: value" });
  }
  return content as Record<string, unknown>;
}

/** Parameters as YAML text. @throws {ConfigError} when it holds no mapping. */
export function parameterText(yaml: string, place: string): Record<string, unknown> {
  try {
    return parameterMap(parse(yaml), place);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`the parameters cannot be read: ${(cause as Error).message}`, { place, cause });
  }
}

/** Parameters from a YAML file. @throws {ConfigError} when it cannot be read or holds no mapping. */
export async function parameterFile(file: string): Promise<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new ConfigError(`the parameter file ${file} cannot be read: ${(cause as Error).message}`, {
      place: file,
      cause,
    });
  }
  return parameterMap(content, file);
}
