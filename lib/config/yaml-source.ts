import { relative } from "node:path";
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { ConfigError } from "../errors.js";

/** Where a value stands: keys and list indices from the top of the file. */
export type KeyPath = readonly (string | number)[];

/** A problem found in a file, and where. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** Tells one problem, or all of them in a list. @throws {ConfigError} */
export function throwProblems(name: string, problems: readonly Problem[], cause?: unknown): never {
  const [first] = problems;
  if (problems.length === 1) throw new ConfigError(first!.message, { place: first!.place, cause });
  const list = problems.map(({ place, message }) => `  ${place}  ${message}`);
  throw new ConfigError(`${name} has ${problems.length} problems:\n${list.join("\n")}`, { place: first!.place, cause });
}

/** What a YAML 1.2 file says and the command line replaces; it knows the line and column of everything in the file. */
export interface YamlSource {
  /** Name of the file as people type it: relative to the working folder where it lies below. */
  readonly name: string;
  /** The file, without what the command line says. */
  readonly document: Document;
  readonly lines: LineCounter;
  /** The values: maps as objects, lists as arrays. */
  readonly content: unknown;
  /** Dotted key paths that came from the command line, and the place to name. */
  readonly overridden: ReadonlyMap<string, string>;
}

/** `file` relative to the working folder, or as it is when it lies elsewhere. */
export function displayName(file: string): string {
  const name = relative(process.cwd(), file);
  return name.startsWith("..") || name === "" ? file : name;
}

/** Parses `text`; what YAML itself finds wrong is added to `problems`. */
export function parseYaml(text: string, file: string, problems: Problem[]): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: "1.2", merge: true, lineCounter: lines, prettyErrors: false });
  const name = displayName(file);
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    problems.push({ place: `${name}:${line}:${col}`, message: error.message });
  }
  const content: unknown = document.errors.length > 0 ? null : document.toJS();
  return { name, document, lines, content, overridden: new Map() };
}

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The node at `path`, or the deepest one on the way to it. */
function find(source: YamlSource, path: KeyPath): Found & { readonly depth: number } {
  let found: Found = { key: null, value: source.document.contents as Node | null };
  let depth = 0;
  for (const part of path) {
    let next: Found | undefined;
    if (isMap(found.value)) {
      const pair = found.value.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair) next = { key: pair.key as Node, value: pair.value as Node | null };
    } else if (isSeq(found.value)) {
      const item = found.value.items[Number(part)];
      if (item !== undefined && !isPair(item)) next = { key: null, value: item as Node };
    }
    if (!next) break;
    found = next;
    depth++;
  }
  return { ...found, depth };
}

/** True when the file, or the command line, sets `path`. */
export function isSet(source: YamlSource, path: KeyPath): boolean {
  let value = source.content;
  for (const part of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string | number, unknown>)[part];
  }
  return true;
}

/**
 * `file:line:column` of the value (or the key) at `path`, or of the nearest section that is there. Where the exact
 * node is at hand it gives the position.
 */
export function placeOf(source: YamlSource, path: KeyPath, of: "key" | "value" = "value", exact?: Node): string {
  for (let length = path.length; length > 0; length--) {
    const place = source.overridden.get(path.slice(0, length).join("."));
    if (place) return place;
  }
  const { key, value, depth } = find(source, path);
  const inside = `${path.join(".")}.`;
  const made = depth < path.length && [...source.overridden].find(([dotted]) => dotted.startsWith(inside));
  if (made) return made[1];
  const node = exact?.range ? exact : of === "key" ? (key ?? value) : value?.range ? value : key;
  const start = node?.range?.[0] ?? key?.range?.[0];
  if (start === undefined) return source.name;
  const { line, col } = source.lines.linePos(start);
  return `${source.name}:${line}:${col}`;
}
