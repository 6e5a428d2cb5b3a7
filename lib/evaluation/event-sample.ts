/** Most events that a scatter shows. */
const most = 1500;

/** Places of at most 1500 of `count` events, evenly spread: the same ones every time. */
export function sampledEvents(count: number): Uint32Array {
  const step = Math.max(1, count / most);
  return Uint32Array.from({ length: Math.min(count, most) }, (_, i) => Math.floor(i * step));
}

/** True and predicted values of some events, side by side. */
export interface EventSample {
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/** The sampled events of two columns. */
export function eventSample(truth: Float64Array, predicted: Float64Array): EventSample {
  const events = sampledEvents(truth.length);
  return { truth: Array.from(events, (i) => truth[i]!), predicted: Array.from(events, (i) => predicted[i]!) };
}
