import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ConfigError } from "../errors.js";
import { systemReason } from "../files/system-reason.js";

const spelled: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  nan: Number.NaN,
  NaN: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  Infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Numbers as Python and people write them, which JSON does not know: `.5`, `5.`, `+5`, `1_000`. */
const looseNumber = /^[-+]?(?:[1-9]\d*(?:_\d+)*|0)?(?:\.\d*)?(?:e[-+]?\d+)?$/i;

/** Whole numbers of any size are kept to the digit: those that a number cannot hold stay bigints. */
function exact(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(exact);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exact(item)]));
  return value;
}

const parseYaml = (text: string): unknown => exact(parse(text, { intAsBigInt: true }));

/**
 * A value from the command line: JSON where it is JSON (`3`, `true`, `["a"]`, `"007"`), a number or a word as
 * papermill's users write them (`.5`, `1_000`, `True`, `None`, `nan`), else the text itself.
 */
export function parameterValue(text: string): unknown {
  if (Object.hasOwn(spelled, text)) return spelled[text];
  if (looseNumber.test(text) && /^[-+.]*\d/.test(text)) {
    const digits = text.replaceAll("_", "").replace(/^\+/, "");
    return /^-?\d+$/.test(digits) && digits !== "-0" ? exact(BigInt(digits)) : Number(digits);
  }
  try {
    const value = JSON.parse(text) as unknown;
    // JSON is YAML too, and there long whole numbers keep their digits.
    return /\d{16}/.test(text) ? parseYaml(text) : value;
  } catch {
    return text;
  }
}

/** Nothing is no parameters, as for papermill. */
function parameterMap(content: unknown, place: string): Record<string, unknown> {
  if (content === null || content === undefined) return {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigError(`${place} holds no parameters`, { place, remedy: "write lines of the form name: value" });
  }
  return content as Record<string, unknown>;
}

/** Parameters as YAML text. @throws {ConfigError} when it holds no mapping. */
export function parameterText(yaml: string, place: string): Record<string, unknown> {
  try {
    return parameterMap(parseYaml(yaml), place);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`the parameters cannot be read: ${(cause as Error).message.trim()}`, {
      place,
      remedy: 'write YAML, such as "n: 3"',
      cause,
    });
  }
}

/** Parameters as YAML text in base64. @throws {ConfigError} */
export function parameterBase64(text: string): Record<string, unknown> {
  if (!/^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(text))
    throw new ConfigError("--base64 is given what is no base64", {
      place: text.slice(0, 40),
      remedy: "write it as: echo 'n: 3' | base64 -w0",
    });
  return parameterText(Buffer.from(text, "base64").toString("utf8"), "--base64");
}

/** Parameters from a YAML file. @throws {ConfigError} when it cannot be read or holds no mapping. */
export async function parameterFile(file: string): Promise<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parseYaml(await readFile(file, "utf8"));
  } catch (cause) {
    const words = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "no permission to read it",
    };
    throw new ConfigError(`the parameter file ${file} cannot be read: ${systemReason(cause, words).trim()}`, {
      place: file,
      remedy: "give a YAML file with lines of the form name: value",
      cause,
    });
  }
  return parameterMap(content, file);
}
