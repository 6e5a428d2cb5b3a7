/** Replaces every secret in what is kept or shown; text and JSON alike. */
export type Scrub = <T>(value: T) => T;

/** Shorter values would blot out ordinary words. */
const shortest = 4;

/** @param secrets values that must not appear in the notebook, its page or its log */
export function scrubber(secrets: readonly string[]): Scrub {
  const values = secrets.filter((value) => value.length >= shortest).sort((a, b) => b.length - a.length);
  const scrub = (value: unknown): unknown => {
    if (typeof value === "string") return values.reduce((text, secret) => text.replaceAll(secret, "***"), value);
    if (Array.isArray(value)) return value.map(scrub);
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, scrub(item)]));
    return value;
  };
  return values.length === 0 ? (value) => value : (value) => scrub(value) as typeof value;
}
