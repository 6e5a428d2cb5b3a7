import { InvalidArgumentError } from "commander";
import { ConfigError } from "../errors.js";

/** Parses an option that must say something: an empty one comes from a variable that is not set. */
export function notEmpty(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("it is empty");
  return value;
}

/** Collects a repeatable option. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/**
 * `["a=1", "b=x=y"]` → `{ a: "1", b: "x=y" }`.
 * @throws {ConfigError} when an item has no `=`.
 */
export function parseAssignments(items: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const item of items) {
    const at = item.indexOf("=");
    if (at < 1)
      throw new ConfigError(`"${item}" is not of the form key=value`, { remedy: "for example --set n_epochs=5" });
    result[item.slice(0, at)] = item.slice(at + 1);
  }
  return result;
}
