/** Positions along one axis, gathered where they belong to one row of pixels. */
export interface PositionClusters {
  /** Mean position of each cluster, ascending, m. */
  readonly mean: Float64Array;
  /** Largest position in each cluster, m. */
  readonly highest: Float64Array;
  /** Cluster of each position. */
  readonly of: Int32Array;
  /** Widest cluster, m. */
  readonly spreadM: number;
}

/** Clusters are split where sorted positions lie more than `apartM` from each other. */
export function clusterPositions(values: Float64Array, apartM: number): PositionClusters {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const of = new Int32Array(values.length);
  const mean: number[] = [];
  const highest: number[] = [];
  let spreadM = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    let sum = values[order[start]!]!;
    while (end < order.length && values[order[end]!]! - values[order[end - 1]!]! <= apartM)
      sum += values[order[end++]!]!;
    for (let i = start; i < end; i++) of[order[i]!] = mean.length;
    mean.push(sum / (end - start));
    highest.push(values[order[end - 1]!]!);
    spreadM = Math.max(spreadM, values[order[end - 1]!]! - values[order[start]!]!);
    start = end;
  }
  return { mean: Float64Array.from(mean), highest: Float64Array.from(highest), of, spreadM };
}
