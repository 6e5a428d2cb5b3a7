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
  | { readonly kind: "constant"; readonly value: string; readonly isText: boolean }
  | { readonly kind: "array" | "record"; readonly item: ValueShape }
  | { readonly kind: "union"; readonly parts: readonly ValueShape[] };

const isObject = (value: unknown): value is object =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether a value has a shape; true also when that cannot be told here. */
export function hasShape(value: unknown, shape: ValueShape): boolean {
  switch (shape.kind) {
    case "anything":
      return true;
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "whole number":
      return Number.isInteger(value) || typeof value === "bigint";
    case "truth":
      return typeof value === "boolean";
    case "object":
      return isObject(value);
    case "undefined":
      return value === undefined;
    case "constant":
      return (typeof value === "string") === shape.isText && String(value) === shape.value;
    case "array":
      return Array.isArray(value) && value.every((item) => hasShape(item, shape.item));
    case "record":
      return isObject(value) && Object.values(value).every((item) => hasShape(item, shape.item));
    case "union":
      return shape.parts.some((part) => hasShape(value, part));
  }
}
