import { parse } from "yaml";
import type { KeyPath, Problem, YamlSource } from "./yaml-source.js";

/** A value of the command line, given by `--set key.path=value`. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  /** How it was given, for messages. */
  readonly place: string;
}

/** Numbers and absolute paths, which need no parser. */
const number = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const plainPath = /^\/[\w/.+-]*$/;

function readValue(text: string): unknown {
  if (number.test(text)) return Number(text);
  return plainPath.test(text) ? text : (parse(text) as unknown);
}

/** Reads `values`, dotted key path → YAML text. @param prefix what stood before each key path where it was given */
export function readOverrides(
  values: Readonly<Record<string, string>>,
  problems: Problem[],
  prefix: string = "",
): Override[] {
  return Object.entries(values).flatMap(([dotted, text]): Override[] => {
    const place = `--set ${prefix}${dotted}=${text}`;
    const path = dotted.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (path.includes("")) {
      problems.push({ place, message: "expected key.path=value" });
      return [];
    }
    try {
      return [{ path, value: readValue(text), place }];
    } catch (cause) {
      problems.push({ place, message: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) });
      return [];
    }
  });
}

/** What stands at `path`; undefined where nothing does. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const part of path) {
    if (found === null || typeof found !== "object") return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

/**
 * A copy of `whole` with `value` at `path`; only the sections on the way are copied. A section left empty in the file
 * (`DLImageReader:`) is null there and is filled, one that is not there is made.
 * @throws {Error} when a single value stands on the way, or a list has no such entry
 */
export function withValue(whole: unknown, path: KeyPath, value: unknown, above: KeyPath = []): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const holder = whole ?? (typeof part === "number" ? [] : {});
  if (typeof holder !== "object") throw new Error(`${above.join(".")} is no section, it has no key "${part}"`);
  const set = (inner: unknown): unknown => withValue(inner, rest, value, [...above, part]);
  if (!Array.isArray(holder)) {
    const inner = Object.hasOwn(holder, part) ? (holder as Readonly<Record<string, unknown>>)[part] : undefined;
    return { ...holder, [part]: set(inner) };
  }
  const list: unknown[] = [...holder];
  if (typeof part !== "number" || part > list.length) {
    throw new Error(`${above.join(".")} is a list of ${list.length}, it has no entry "${part}" (they count from 0)`);
  }
  list[part] = set(list[part]);
  return list;
}

/** What a file says with values of the command line in their places. */
export function override(source: YamlSource, overrides: readonly Override[], problems: Problem[]): YamlSource {
  const overridden = new Map(source.overridden);
  let content = source.content;
  for (const { path, value, place } of overrides) {
    try {
      content = withValue(content, path, value);
      overridden.set(path.join("."), place);
    } catch (cause) {
      problems.push({ place, message: (cause as Error).message });
    }
  }
  return { ...source, content, overridden };
}
