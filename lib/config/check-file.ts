import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { describeValue, expectation, schemaAt, sectionOf } from "./json-schema.js";
import { valueAt, withValue } from "./overrides.js";
import { type ConfigFile, configSchema } from "./schema.js";
import { allKeys, emptySections, keysOf, type Schema } from "./sections.js";
import { type KeyPath, type Problem, placeOf, type YamlSource } from "./yaml-source.js";

const dotted = (path: KeyPath): string => path.join(".") || "the file";

function unknownKey(path: KeyPath, name: string): string {
  const where = path.length > 0 ? ` in ${dotted(path)}` : "";
  const siblings = Object.keys(sectionOf(schemaAt(path).schema)?.properties ?? {});
  const nearest = siblings
    .map((known) => ({ known, far: distance(known.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  const elsewhere = allKeys().find((known) => known.at(-1) === name);
  if (nearest && nearest.far <= 2) return `unknown key "${name}"${where}; did you mean "${nearest.known}"?`;
  if (elsewhere)
    return `unknown key "${name}"${where}; it belongs in ${elsewhere.slice(0, -1).join(".") || "the top level"}`;
  if (nearest && nearest.far <= Math.max(3, name.length / 2)) {
    return `unknown key "${name}"${where}; the nearest known key is "${nearest.known}"`;
  }
  const alike = allKeys()
    .map((known) => ({ known, far: distance(known.at(-1)!.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  if (alike && alike.far <= 2)
    return `unknown key "${name}"${where}; did you mean "${alike.known.at(-1)}" in ${alike.known.slice(0, -1).join(".")}?`;
  return `unknown key "${name}"${where}; known are ${siblings.join(", ")}`;
}

function report(source: YamlSource, content: unknown, issue: z.core.$ZodIssue, problems: Problem[]): void {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    for (const name of issue.keys) {
      problems.push({ place: placeOf(source, [...path, name], "key"), message: unknownKey(path, name) });
    }
    return;
  }
  const { schema, depth } = schemaAt(path);
  const known = path.slice(0, depth);
  const found = valueAt(content, known);
  if (issue.code === "invalid_key") {
    const message = `${dotted(path)}: a name has letters, digits and underscores and does not start with a digit`;
    problems.push({ place: placeOf(source, path, "key"), message });
  } else if (found === undefined) {
    const message = `"${known.at(-1)}" is missing in ${dotted(known.slice(0, -1))}; expected ${expectation(schema)}`;
    problems.push({ place: placeOf(source, known.slice(0, -1), "key"), message });
  } else {
    const message = `${dotted(known)}: expected ${expectation(schema)}, found ${describeValue(found)}`;
    problems.push({ place: placeOf(source, known), message });
  }
}

/** One file is checked, or a few values of it: to compile the schema would take longer. */
const once = { jitless: true };

/** Checks what a file holds against the schema; every deviation is added to `problems`. */
export function checkFile(source: YamlSource, problems: Problem[]): ConfigFile | null {
  const content = emptySections(source.content, configSchema);
  const result = configSchema.safeParse(content, once);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report(source, content, issue, problems);
  return null;
}

/** The smallest part of a valid file that holds `path` and whose schema says all about it. */
function changedPart(file: ConfigFile, path: KeyPath): { readonly part: KeyPath; readonly schema: Schema } {
  let schema: Schema = configSchema;
  let value: unknown = file;
  let depth = 0;
  for (const key of path) {
    const keys = keysOf(schema);
    if (!keys || !Object.hasOwn(keys, key) || value === null || typeof value !== "object") break;
    schema = keys[key]!;
    value = (value as Record<string | number, unknown>)[key];
    depth++;
  }
  return { part: path.slice(0, depth), schema };
}

/**
 * Checks a file that differs from one that was right, `file`, at some key paths alone: only these are looked at.
 * @returns null when something is not right there; `checkFile` tells what
 */
export function checkChanges(file: ConfigFile, source: YamlSource, paths: readonly KeyPath[]): ConfigFile | null {
  let changed: unknown = file;
  for (const path of paths) {
    const { part, schema } = changedPart(file, path);
    const content = emptySections(valueAt(source.content, part), schema);
    if (!z.safeParse(schema, content, once).success) return null;
    changed = withValue(changed, part, content);
  }
  return changed as ConfigFile;
}
