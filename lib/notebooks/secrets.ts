/** Replaces every secret in what is kept or shown; text and JSON alike. */
export type Scrub = <T>(value: T) => T;

/** Shorter values would blot out ordinary words. */
const shortest = 4;

const longestFirst = (secrets: readonly string[]): string[] =>
  secrets.filter((value) => value.length >= shortest).sort((a, b) => b.length - a.length);

/** @param secrets values that must not appear in the notebook, its page or its log */
export function scrubber(secrets: readonly string[]): Scrub {
  const values = longestFirst(secrets);
  const scrubText = (said: string): string => values.reduce((text, secret) => text.replaceAll(secret, "***"), said);
  const scrub = (value: unknown): unknown => {
    if (typeof value === "string") return scrubText(value);
    if (Array.isArray(value)) return value.map(scrub);
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [scrubText(key), scrub(item)]));
    return value;
  };
  return values.length === 0 ? (value) => value : (value) => scrub(value) as typeof value;
}

/** Scrubs a stream that comes in pieces: a secret may begin in one and end in the next. */
export interface StreamScrub {
  /** What can be passed on now. */
  add(text: string): string;
  /** What was held back, for it might have been the beginning of a secret. */
  rest(): string;
}

export function newStreamScrub(secrets: readonly string[]): StreamScrub {
  const values = longestFirst(secrets);
  const scrub = scrubber(secrets);
  let held = "";
  const beginning = (text: string): number => {
    for (let length = Math.min(text.length, (values[0]?.length ?? 1) - 1); length > 0; length--)
      if (values.some((secret) => secret.startsWith(text.slice(-length)))) return length;
    return 0;
  };
  return {
    add(text) {
      const whole = scrub(held + text);
      const kept = beginning(whole);
      held = kept === 0 ? "" : whole.slice(-kept);
      return kept === 0 ? whole : whole.slice(0, -kept);
    },
    rest() {
      const text = held;
      held = "";
      return text;
    },
  };
}
