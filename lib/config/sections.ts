import type * as z from "zod";
import { configSchema } from "./schema.js";

/** A schema, whatever it accepts. */
export type Schema = z.core.$ZodType;

const definition = (schema: Schema): z.core.$ZodTypes["_zod"]["def"] => (schema as z.core.$ZodTypes)._zod.def;

/** The keys of the section that a schema describes, also when it may be left out, or may be null or a word instead. */
export function keysOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const def = definition(schema);
  if (def.type === "object") return def.shape;
  if (def.type === "optional" || def.type === "nullable") return keysOf(def.innerType);
  if (def.type === "union") return def.options.map(keysOf).find((keys) => keys !== undefined);
  return undefined;
}

/** True for a schema of sections or of names and values, so that a key without content means an empty one. */
function mayBeEmpty(schema: Schema): boolean {
  const def = definition(schema);
  if (def.type === "optional") return mayBeEmpty(def.innerType);
  if (def.type === "union") return def.options.some(mayBeEmpty);
  return def.type === "object" || def.type === "record";
}

/** A section written without content (`DLImageReader:`) is null in YAML; it is meant as empty, where null means nothing else. */
export function emptySections(value: unknown, schema: Schema): unknown {
  if (value === null) return mayBeEmpty(schema) ? {} : null;
  const keys = keysOf(schema);
  if (!keys || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      Object.hasOwn(keys, name) ? emptySections(inner, keys[name]!) : inner,
    ]),
  );
}

let known: readonly string[][] | undefined;

function keysBelow(schema: Schema, path: readonly string[]): string[][] {
  return Object.entries(keysOf(schema) ?? {}).flatMap(([name, inner]) => [
    [...path, name],
    ...keysBelow(inner, [...path, name]),
  ]);
}

/** Every key of a file with its path, sections included. */
export function allKeys(): readonly string[][] {
  known ??= keysBelow(configSchema, []);
  return known;
}
