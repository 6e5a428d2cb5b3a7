/**
 * Significance of an excess in standard deviations (Li and Ma, ApJ 272 (1983) 317, formula 17); 0 where there is no
 * excess, NaN without any event.
 * @param on events in the on region @param off events in the off regions
 * @param alpha size of the on region over that of the off regions
 */
export function liMaSignificance(on: number, off: number, alpha: number): number {
  if (on < alpha * off) return 0;
  const total = on + off;
  if (total === 0) return Number.NaN;
  const ofOn = on === 0 ? 0 : on * Math.log(((1 + alpha) / alpha) * (on / total));
  const ofOff = off === 0 ? 0 : off * Math.log((1 + alpha) * (off / total));
  return Math.sqrt(Math.max(0, 2 * (ofOn + ofOff)));
}
