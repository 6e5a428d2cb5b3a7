/** Node's timers end at about 24 days; one that should wait longer fires at once. */
export const longestTimerMs: number = 2 ** 31 - 1;
