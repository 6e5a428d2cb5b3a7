/** Bins in a decade, 2.3 % wide each: a stream may go on for weeks in the same memory. */
const perDecade = 100;
const [lowestMs, decades] = [0.01, 8];
/** Bars in a decade of the picture. */
const barsPerDecade = 5;
const barLength = 40;

const text = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

/** How long events took, from the moment they were seen to the moment their line was written. */
export class LatencyHistogram {
  private readonly counts = new Float64Array(perDecade * decades);
  private total = 0;
  private largest = 0;

  add(ms: number): void {
    const bin = Math.floor(perDecade * Math.log10(Math.max(ms, lowestMs) / lowestMs));
    this.counts[Math.min(bin, this.counts.length - 1)]!++;
    this.total++;
    this.largest = Math.max(this.largest, ms);
  }

  get events(): number {
    return this.total;
  }

  get largestMs(): number {
    return this.largest;
  }

  /** Time within which a share of the events was done, to 2.3 %; NaN without events. */
  percentileMs(share: number): number {
    if (this.total === 0) return Number.NaN;
    let sum = 0;
    for (let bin = 0; bin < this.counts.length; bin++) {
      sum += this.counts[bin]!;
      if (sum >= share * this.total) return Math.min(this.largest, lowestMs * 10 ** ((bin + 1) / perDecade));
    }
    return this.largest;
  }

  /** Percentiles in a line, and bars over five steps a decade. */
  toText(): string {
    if (this.total === 0) return "no events";
    const percentiles = ([0.5, 0.95, 0.99] as const).map(
      (share) => `p${Math.round(100 * share)} ${text(this.percentileMs(share))} ms`,
    );
    const width = perDecade / barsPerDecade;
    const bars = Array.from({ length: barsPerDecade * decades }, (_, i) =>
      this.counts.subarray(i * width, (i + 1) * width).reduce((sum, count) => sum + count, 0),
    );
    const first = bars.findIndex((count) => count > 0);
    const last = bars.findLastIndex((count) => count > 0);
    const most = Math.max(...bars);
    const lines = bars.slice(first, last + 1).map((count, i) => {
      const edge = (bar: number): string => text(lowestMs * 10 ** (bar / barsPerDecade)).padStart(6);
      const bar = "█".repeat(Math.ceil((barLength * count) / most));
      return `${edge(first + i)} –${edge(first + i + 1)} ms ${bar} ${count.toLocaleString("en-US")}`;
    });
    return [`latency ${percentiles.join(", ")}, largest ${text(this.largest)} ms`, ...lines].join("\n");
  }
}
