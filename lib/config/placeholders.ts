import { isMap, isScalar, type Node, parse, type Scalar, visit } from "yaml";
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

/**
 * Replaces the placeholders of a whole file in place: `{name}` by the entry of its `paths:` section, `${NAME}` by the
 * environment variable, `${NAME:-text}` with a default. One that stands for nothing is a problem with its line.
 * An unquoted `{name}`, which YAML reads as a map, counts as a placeholder too.
 */
export function fillPlaceholders(
  source: YamlSource,
  variables: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): void {
  const section = source.document.get("paths");
  const raw = new Map<string, string>();
  if (isMap(section)) {
    for (const { key, value } of section.items) {
      if (isScalar(key) && isScalar(value) && value.value !== null) raw.set(String(key.value), String(value.value));
    }
  }
  const known = [...raw.keys()].map((name) => `{${name}}`).join(", ") || "none yet";
  const variable: Lookup = (name) => variables[name];
  const report = (path: KeyPath, placeholder: string, node?: Node): void => {
    const remedy = placeholder.startsWith("$")
      ? "set that environment variable"
      : `add it to the \`paths:\` section (there: ${known})`;
    problems.push({
      place: placeOf(source, path, "value", node),
      message: `the placeholder ${placeholder} has no value; ${remedy}`,
    });
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
        problems.push({
          place: placeOf(source, ["paths", name]),
          message: `the placeholders ${[...circle, inner].map((item) => `{${item}}`).join(" → ")} go round in a circle`,
        });
        return "";
      },
      variable,
      (placeholder) => report(["paths", name], placeholder),
    );
    resolved.set(name, value);
    return value;
  };
  for (const name of raw.keys()) resolvePath(name, []);

  const nodePath = (key: unknown, ancestors: readonly unknown[]): KeyPath => {
    const path: (string | number)[] = [];
    for (const ancestor of ancestors) {
      const pairKey = (ancestor as { key?: unknown }).key;
      if (isScalar(pairKey)) path.push(String(pairKey.value));
    }
    return typeof key === "number" ? [...path, key] : path;
  };
  const fill = (scalar: Scalar, path: KeyPath): void => {
    if (typeof scalar.value !== "string") return;
    const text = substitute(
      scalar.value,
      (name) => resolved.get(name),
      variable,
      (item) => report(path, item, scalar),
    );
    if (text === scalar.value) return;
    const plain = scalar.type === "PLAIN" || scalar.type === undefined;
    const whole = /^\$\{[^}]*\}$/.test(scalar.value);
    // `batch_size: ${BATCH}` is meant as the number.
    const typed: unknown = plain && whole && text !== "" ? parse(text) : text;
    scalar.value = typeof typed === "object" ? text : typed;
  };

  visit(source.document, {
    Map(key, node, ancestors) {
      const [item] = node.items;
      if (!node.flow || node.items.length !== 1 || !isScalar(item?.key)) return undefined;
      // `{ name: null }` says null itself; only `{name}` leaves its value out.
      const empty = item.value === null || (isScalar(item.value) && item.value.value === null && !item.value.source);
      if (!empty) return undefined;
      const name = String(item.key.value);
      if (!resolved.has(name)) {
        report(nodePath(key, ancestors), `{${name}}`, node);
        return visit.SKIP;
      }
      const scalar = source.document.createNode(resolved.get(name)) as Scalar;
      scalar.range = node.range ?? undefined;
      return scalar;
    },
    Scalar(key, node, ancestors) {
      if (key === "key") return;
      const path = nodePath(key, ancestors);
      if (path[0] === "paths") {
        const value = resolved.get(String(path[1]));
        if (value !== undefined) node.value = value;
      } else fill(node, path);
    },
  });
}
