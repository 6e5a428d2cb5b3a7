/** How many telescope images quality criteria let pass; the first number of each is that of all images. */
export interface Selection {
  /** By each criterion alone. */
  readonly counts: readonly number[];
  /** By it and those before it. */
  readonly cumulative: readonly number[];
}

/** The sum over telescopes or files. @param criteria number of criteria; for a sum of nothing */
export function sumSelections(parts: readonly Selection[], criteria: number): Selection {
  const sum = (of: (part: Selection) => readonly number[]): number[] =>
    Array.from({ length: criteria + 1 }, (_, i) => parts.reduce((total, part) => total + of(part)[i]!, 0));
  return { counts: sum(({ counts }) => counts), cumulative: sum(({ cumulative }) => cumulative) };
}
