/** Groups that training does not look at. */
export const leftOutByReduce: readonly string[] = ["/r0", "/r1", "/dl0/event", "/dl1/event/telescope/muon", "/dl2"];

export interface ReduceOptions {
  /** Groups of `leftOutByReduce` that are kept all the same. */
  readonly keep?: readonly string[];
  /** False: true images and their parameters are left out as well. ctapipe's EventSource cannot do without them. */
  readonly trueImages?: boolean;
}

/** False for what training does not need: waveforms, muons, former reconstructions. */
export function neededByTraining({ keep = [], trueImages = true }: ReduceOptions = {}): (path: string) => boolean {
  const without = leftOutByReduce.filter((group) => !keep.includes(group));
  if (!trueImages) without.push("/simulation/event/telescope/images", "/simulation/event/telescope/parameters");
  return (path) => !without.includes(path);
}
