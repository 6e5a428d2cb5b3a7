import { isMap, isScalar, isSeq, type Node, parse, type Scalar, visit } from "yaml";
import { type KeyPath, type Problem, placeOf, type YamlSource } from "./yaml-source.js";

const named = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const environment = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

type Lookup = (name: string) => string | undefined;

/** Replaces `${NAME}`, `${NAME:-default}` and `{name}` in `text`; `missing` hears of those without a value. */
function substitute(text: string, place: Lookup, variable: Lookup, missing: (placeholder: string) => void): string {
  return text
    .replace(environment, (whole, name: string, standard: string | undefined) => {
      const value = variable(name) ?? standard;
      if (value === undefined) missing(whole);
      return value ?? "";
    })
    .replace(named, (whole, name: string) => {
      const value = place(name);
      if (value === undefined) missing(whole);
      return value ?? "";
    });
}

/** Keys and indices from the top of a document to a node. */
function nodePath(node: Node, ancestors: readonly unknown[]): KeyPath {
  const path: (string | number)[] = [];
  for (const [i, ancestor] of ancestors.entries()) {
    const pairKey = (ancestor as { key?: unknown }).key;
    if (isScalar(pairKey)) path.push(String(pairKey.value));
    else if (isSeq(ancestor)) path.push(ancestor.items.indexOf(ancestors[i + 1] ?? node));
  }
  return path;
}

/** A file whose placeholders are filled. */
export interface FilledSource {
  readonly source: YamlSource;
  /** Placeholders that stand for nothing, and the key paths of the values that have them. */
  readonly problems: readonly (Problem & { readonly path: KeyPath })[];
  /** Fills the placeholders of a value that the command line gives for `path`. */
  readonly fill: (value: unknown, missing: (message: string) => void) => unknown;
}

/**
 * Replaces the placeholders of a file: `{name}` by the entry of its `paths:` section, `${NAME}` by the environment variable,
 * `${NAME:-text}` with a default. One that stands for nothing is a problem with its line.
 * An unquoted `{name}`, which YAML reads as a map, counts as a placeholder too.
 */
export function fillPlaceholders(
  given: YamlSource,
  variables: Readonly<Record<string, string | undefined>>,
): FilledSource {
  // What stands in the file keeps its place; what the command line says of `paths:` comes into the copy without one.
  const document = given.document.clone();
  if ([...given.overridden.keys()].some((dotted) => dotted.split(".")[0] === "paths")) {
    document.set("paths", document.createNode((given.content as { readonly paths: unknown }).paths));
  }
  const problems: (Problem & { readonly path: KeyPath })[] = [];
  const section = document.get("paths");
  const raw = new Map<string, string>();
  if (isMap(section)) {
    for (const { key, value } of section.items) {
      if (isScalar(key) && isScalar(value) && value.value !== null) raw.set(String(key.value), String(value.value));
    }
  }
  const known = [...raw.keys()].map((name) => `{${name}}`).join(", ") || "none yet";
  const variable: Lookup = (name) => variables[name];
  const withoutValue = (placeholder: string): string => {
    const remedy = placeholder.startsWith("$")
      ? "set that environment variable"
      : `add it to the \`paths:\` section (there: ${known})`;
    return `the placeholder ${placeholder} has no value; ${remedy}`;
  };
  const report = (path: KeyPath, placeholder: string, node?: Node): void => {
    problems.push({ place: placeOf(given, path, "value", node), message: withoutValue(placeholder), path });
  };

  const resolved = new Map<string, string>();
  const resolvePath = (name: string, chain: readonly string[]): string | undefined => {
    const text = raw.get(name);
    if (text === undefined || resolved.has(name)) return resolved.get(name);
    const circle = [...chain, name];
    const value = substitute(
      text,
      (inner) => {
        if (!circle.includes(inner)) return resolvePath(inner, circle);
        const path = ["paths", name];
        const message = `the placeholders ${[...circle, inner].map((item) => `{${item}}`).join(" → ")} go round in a circle`;
        problems.push({ place: placeOf(given, path), message, path });
        return "";
      },
      variable,
      (placeholder) => report(["paths", name], placeholder),
    );
    resolved.set(name, value);
    return value;
  };
  for (const name of raw.keys()) resolvePath(name, []);

  /** A text with its placeholders filled; one that stands alone and without quotes may be a number. */
  const fillText = (text: string, plain: boolean, missing: (placeholder: string) => void): unknown => {
    const filled = substitute(text, (name) => resolved.get(name), variable, missing);
    if (filled === text || !plain || filled === "" || !/^\$\{[^}]*\}$/.test(text)) return filled;
    // `batch_size: ${BATCH}` is meant as the number.
    const typed: unknown = parse(filled);
    return typeof typed === "object" ? filled : typed;
  };
  visit(document, {
    Map(_key, node, ancestors) {
      const [item] = node.items;
      if (!node.flow || node.items.length !== 1 || !isScalar(item?.key)) return undefined;
      // `{ name: null }` says null itself; only `{name}` leaves its value out.
      const empty = item.value === null || (isScalar(item.value) && item.value.value === null && !item.value.source);
      if (!empty) return undefined;
      const name = String(item.key.value);
      if (!resolved.has(name)) {
        report(nodePath(node, ancestors), `{${name}}`, node);
        return visit.SKIP;
      }
      const scalar = document.createNode(resolved.get(name)) as Scalar;
      scalar.range = node.range ?? undefined;
      return scalar;
    },
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string") return;
      const path = nodePath(node, ancestors);
      if (path[0] === "paths") node.value = resolved.get(String(path[1])) ?? node.value;
      else {
        const plain = node.type === "PLAIN" || node.type === undefined;
        node.value = fillText(node.value, plain, (placeholder) => report(path, placeholder, node));
      }
    },
  });

  const fill = (value: unknown, missing: (message: string) => void): unknown => {
    if (typeof value === "string") return fillText(value, true, (placeholder) => missing(withoutValue(placeholder)));
    if (Array.isArray(value)) return value.map((item) => fill(item, missing));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, missing)]));
  };
  return { source: { ...given, content: document.toJS() as unknown }, problems, fill };
}
