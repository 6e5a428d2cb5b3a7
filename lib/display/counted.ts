/** `1 model`, `3 models`, of a noun whose plural has an s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
