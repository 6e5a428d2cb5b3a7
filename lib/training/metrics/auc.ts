import type { Metric } from "./metric.js";

/**
 * Area under the ROC curve, exactly: the share of (signal, background) pairs in which the signal has the higher score;
 * ties count half (Mann–Whitney). NaN when a class is missing. Keras' AUC approximates it with 200 thresholds.
 * @param scores one a example
 * @param signal 1 for signal, 0 for background
 */
export function areaUnderRoc(scores: Float32Array, signal: Uint8Array): number {
  const n = scores.length;
  const order = new Uint32Array(n).map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      if (signal[order[i]!] === 0) continue;
      rankSum += rank;
      positives++;
    }
    start = end;
  }
  const negatives = n - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

interface AucState {
  readonly scores: string;
  readonly signal: string;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** `auc`: area under the ROC curve of the second output (gammaness), over all examples of the epoch. */
export function auc(): Metric {
  let scores = new Float32Array(1024);
  let signal = new Uint8Array(1024);
  let count = 0;
  const reserve = (size: number): void => {
    if (size <= scores.length) return;
    const length = Math.max(size, 2 * scores.length);
    const [oldScores, oldSignal] = [scores, signal];
    scores = new Float32Array(length);
    signal = new Uint8Array(length);
    scores.set(oldScores);
    signal.set(oldSignal);
  };
  return {
    name: "auc",
    add(labels, outputs, size) {
      reserve(count + size);
      for (let i = 0; i < size; i++) {
        scores[count + i] = outputs[2 * i + 1]!;
        signal[count + i] = labels[2 * i + 1]! > 0.5 ? 1 : 0;
      }
      count += size;
    },
    value: () => areaUnderRoc(scores.subarray(0, count), signal.subarray(0, count)),
    reset() {
      count = 0;
    },
    state: (): AucState => ({
      scores: encode(new Uint8Array(scores.slice(0, count).buffer)),
      signal: encode(signal.slice(0, count)),
    }),
    restore(state) {
      const saved = state as AucState;
      const values = new Float32Array(decode(saved.scores).buffer);
      count = values.length;
      reserve(count);
      scores.set(values);
      signal.set(decode(saved.signal));
    },
  };
}
