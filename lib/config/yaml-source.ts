import { relative } from "node:path";
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parse, parseDocument } from "yaml";

/** Where a value stands: keys and list indices from the top of the file. */
export type KeyPath = readonly (string | number)[];

/** A problem found in a file, and where. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** A parsed YAML 1.2 file that still knows the line and column of everything in it. */
export interface YamlSource {
  /** Name of the file as people type it: relative to the working folder where it lies below. */
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** Dotted key paths that came from the command line. */
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
  return { name, document, lines, overridden: new Map() };
}

/** A copy with values given on the command line; `values` maps dotted key paths to YAML text. */
export function override(
  source: YamlSource,
  values: Readonly<Record<string, string>>,
  problems: Problem[],
): YamlSource {
  const overridden = new Map(source.overridden);
  const document = source.document.clone();
  for (const [dotted, text] of Object.entries(values)) {
    const path = dotted.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const place = `--set ${dotted}=${text}`;
    if (path.some((part) => part === "")) {
      problems.push({ place, message: "expected key.path=value" });
      continue;
    }
    try {
      // A section left empty in the file (`DLImageReader:`) is null there and must become a map before it can be filled.
      for (let length = 1; length < path.length; length++) {
        const parent = path.slice(0, length);
        if (document.getIn(parent) === null) document.deleteIn(parent);
      }
      document.setIn(path, document.createNode(parse(text)));
      overridden.set(dotted, place);
    } catch (cause) {
      problems.push({ place, message: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) });
    }
  }
  return { ...source, document, overridden };
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
  return find(source, path).depth === path.length;
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
  const { key, value } = find(source, path);
  const node = exact?.range ? exact : of === "key" ? (key ?? value) : value?.range ? value : key;
  const start = node?.range?.[0] ?? key?.range?.[0];
  if (start === undefined) return source.name;
  const { line, col } = source.lines.linePos(start);
  return `${source.name}:${line}:${col}`;
}
