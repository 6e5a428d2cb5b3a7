import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ConfigError } from "../errors.js";

/** A value from the command line: JSON where it is JSON (`3`, `true`, `["a"]`, `"007"`), else the text itself. */
export function parameterValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
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
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigError(`${file} holds no parameters`, {
      place: file,
      remedy: "write lines of the form name: value",
    });
  }
  return content as Record<string, unknown>;
}
