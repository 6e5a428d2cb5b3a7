/** A parameter as the cell tagged `parameters` declares it. */
export interface DeclaredParameter {
  readonly name: string;
  /** `const`, `let` or, in Python, nothing. */
  readonly keyword: string;
  /** The type as written, or what the default value implies; null when nothing is known. */
  readonly type: string | null;
  /** True when the cell writes the type itself. */
  readonly annotated: boolean;
  /** The default as written; null when there is none. */
  readonly value: string | null;
  /** What the comment before it or at the end of its line says. */
  readonly help: string;
  /** What a value must be. */
  readonly shape: ValueShape;
}

/** What a declared type asks of a value, as plain data; types it cannot express are `anything`. */
export type ValueShape =
  | { readonly kind: "anything" | "text" | "number" | "whole number" | "truth" | "object" | "undefined" }
  | { readonly kind: "bigint" | "date" }
  | { readonly kind: "constant"; readonly value: string; readonly isText: boolean }
  | { readonly kind: "array" | "record"; readonly item: ValueShape }
  | { readonly kind: "tuple"; readonly items: readonly ValueShape[] }
  | { readonly kind: "fields"; readonly fields: Readonly<Record<string, FieldShape>> }
  | { readonly kind: "union"; readonly parts: readonly ValueShape[] };

export interface FieldShape {
  readonly shape: ValueShape;
  readonly optional: boolean;
}

type Fit = { readonly value: unknown } | null;

const isObject = (value: unknown): value is object =>
  value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);

/** All items with their shapes; null when one does not fit. */
function fitAll(items: readonly unknown[], shapeOf: (i: number) => ValueShape): readonly unknown[] | null {
  const fits = items.map((item, i) => fitToShape(item, shapeOf(i)));
  return fits.some((fit) => fit === null) ? null : fits.map((fit) => fit!.value);
}

function fitEntries(value: object, shapeOf: (key: string) => ValueShape | null): Fit {
  const keys = Object.keys(value);
  if (keys.some((key) => shapeOf(key) === null)) return null;
  const items = fitAll(Object.values(value), (i) => shapeOf(keys[i]!)!);
  return items && { value: Object.fromEntries(keys.map((key, i) => [key, items[i]])) };
}

function fitDate(value: unknown): Fit {
  if (value instanceof Date) return { value };
  const isMoment = typeof value === "string" && /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(value);
  return isMoment && !Number.isNaN(Date.parse(value)) ? { value: new Date(value) } : null;
}

function fitBigint(value: unknown): Fit {
  if (typeof value === "bigint") return { value };
  return Number.isSafeInteger(value) ? { value: BigInt(value as number) } : null;
}

/**
 * A value as a declared type takes it: a whole number becomes a bigint, a day becomes a `Date`, and null `undefined`,
 * where the type asks for it. Null when it does not fit; all fits a shape that cannot be told here.
 */
export function fitToShape(value: unknown, shape: ValueShape): Fit {
  const when = (fits: boolean): Fit => (fits ? { value } : null);
  switch (shape.kind) {
    case "anything":
      return { value };
    case "text":
      return when(typeof value === "string");
    case "number":
      return when(typeof value === "number");
    case "whole number":
      return when(Number.isInteger(value) || typeof value === "bigint");
    case "bigint":
      return fitBigint(value);
    case "date":
      return fitDate(value);
    case "truth":
      return when(typeof value === "boolean");
    case "object":
      return when(isObject(value));
    case "undefined":
      return value === undefined || value === null ? { value: undefined } : null;
    case "constant":
      return when((typeof value === "string") === shape.isText && String(value) === shape.value);
    case "array": {
      const items = Array.isArray(value) ? fitAll(value, () => shape.item) : null;
      return items && { value: items };
    }
    case "tuple": {
      const fits = Array.isArray(value) && value.length === shape.items.length;
      const items = fits ? fitAll(value, (i) => shape.items[i]!) : null;
      return items && { value: items };
    }
    case "record":
      return isObject(value) ? fitEntries(value, () => shape.item) : null;
    case "fields": {
      if (!isObject(value)) return null;
      const missing = Object.entries(shape.fields).some(([key, field]) => !field.optional && !(key in value));
      return missing ? null : fitEntries(value, (key) => shape.fields[key]?.shape ?? null);
    }
    case "union": {
      const fits = shape.parts.map((part) => fitToShape(value, part)).filter((fit) => fit !== null);
      return fits.find((fit) => Object.is(fit.value, value)) ?? fits[0] ?? null;
    }
  }
}
