import { InvalidArgumentError } from "commander";

/** Parses an option that is a whole number, 0 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("a whole number is needed");
  return value;
}
