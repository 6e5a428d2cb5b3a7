/** Names of CORSIKA/ctapipe particle ids. */
const names: Readonly<Record<number, string>> = { 0: "gamma", 1: "electron", 101: "proton" };

/** Id of the gamma, the signal of every task. */
export const gamma = 0;

/** `gamma`, `electron`, `proton`, else `particle 402`. */
export function particleName(id: number): string {
  return names[id] ?? `particle ${id}`;
}

/** Number of rows of each particle, by name. */
export function countParticles(particles: Int32Array, rows: Uint32Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const name = particleName(particles[row]!);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The rows of gammas. When there is none, all rows: a file of protons still has an energy resolution. */
export function gammaRows(particles: Int32Array, rows: Uint32Array): { rows: Uint32Array; particle: "gamma" | "all" } {
  const gammas = rows.filter((row) => particles[row] === gamma);
  return gammas.length > 0 ? { rows: gammas, particle: "gamma" } : { rows, particle: "all" };
}
