import * as z from "zod";
import { configSchema } from "./schema.js";
import type { KeyPath } from "./yaml-source.js";

/** The parts of a JSON Schema that ours uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
}

let made: JsonSchema | undefined;

/** JSON Schema (2020-12) of a configuration file, for completion and checks in an editor. */
export function configJsonSchema(): JsonSchema {
  made ??= {
    title: "cherenkit configuration",
    ...(z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema),
  };
  return made;
}

/** The alternatives of a schema: itself, or the members of its `anyOf`. */
function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema];
}

/** The section a schema describes, also when it may be null instead. */
export function sectionOf(schema: JsonSchema): JsonSchema | undefined {
  return alternatives(schema).find((item) => item.type === "object");
}

/** The schema of what stands at `path`, and how deep the path could be followed. */
export function schemaAt(path: KeyPath): { readonly schema: JsonSchema; readonly depth: number } {
  let schema = configJsonSchema();
  let depth = 0;
  for (const part of path) {
    const section = sectionOf(schema);
    let next = section?.properties?.[String(part)];
    if (!next && typeof section?.additionalProperties === "object") next = section.additionalProperties;
    if (!next && typeof part === "number" && !schema.anyOf) next = schema.prefixItems?.[part] ?? schema.items;
    if (!next) break;
    schema = next;
    depth++;
  }
  return { schema, depth };
}

const largest = Number.MAX_SAFE_INTEGER;

function range(schema: JsonSchema): string {
  const above = schema.exclusiveMinimum !== undefined ? `above ${schema.exclusiveMinimum}` : undefined;
  const below = schema.exclusiveMaximum !== undefined ? `below ${schema.exclusiveMaximum}` : undefined;
  const from = schema.minimum !== undefined && schema.minimum > -largest ? `from ${schema.minimum}` : undefined;
  const to = schema.maximum !== undefined && schema.maximum < largest ? `to ${schema.maximum}` : undefined;
  const parts = [above ?? from, below ?? to].filter((part) => part !== undefined);
  if (parts.length === 1 && from) return ` ${from} up`;
  return parts.length > 0 ? ` ${parts.join(" ")}` : "";
}

/** What a schema accepts, in words: `a whole number from 1 up`, `one of mono, stereo`. */
export function expectation(schema: JsonSchema): string {
  const options = alternatives(schema);
  if (options.length > 1) return options.map(expectation).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.length === 1 ? String(schema.enum[0]) : `one of ${schema.enum.join(", ")}`;
  switch (schema.type) {
    case "integer":
      return `a whole number${range(schema)}`;
    case "number":
      return `a number${range(schema)}`;
    case "boolean":
      return "true or false";
    case "string":
      return "text";
    case "null":
      return "null";
    case "array":
      if (schema.prefixItems) return `a list [${schema.prefixItems.map(expectation).join(", ")}]`;
      return schema.items ? `a list, each ${expectation(schema.items)}` : "a list";
    case "object": {
      const names = Object.keys(schema.properties ?? {});
      return names.length > 0 ? `a section with ${names.join(", ")}` : "a section of names and values";
    }
    default:
      return "another value";
  }
}

/** What stands in a file, in words: `the text "many"`, `the number 0`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `the list ${JSON.stringify(value)}`;
  return `a section with ${Object.keys(value).join(", ") || "nothing in it"}`;
}
