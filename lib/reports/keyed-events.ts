import { basename } from "node:path";
import type { PredictionRows } from "./predictions.js";

type Keys = Pick<PredictionRows, "files" | "fileIndex" | "obsId" | "eventId" | "telId">;

/** File, telescope and run as one number each; the event's number beside it makes the key of a row. */
function groupOf(keys: Keys, groups: Map<string, number>): (row: number) => number {
  const names = keys.files.map((file) => basename(file));
  let [lastFile, lastObs, lastTel, last] = [-1, Number.NaN, Number.NaN, 0];
  return (row) => {
    const [file, obs, tel] = [keys.fileIndex[row]!, keys.obsId[row]!, keys.telId[row]!];
    if (file === lastFile && obs === lastObs && tel === lastTel) return last;
    const name = `${names[file]} ${obs} ${tel}`;
    last = groups.get(name) ?? groups.size;
    groups.set(name, last);
    [lastFile, lastObs, lastTel] = [file, obs, tel];
    return last;
  };
}

/** The events of one model, to which those of other models are aligned by file, run, event and telescope. */
export class KeyedEvents {
  private readonly keys: Keys;
  private readonly names: readonly string[];
  private index: Map<number, Map<number, number>> | undefined;
  private readonly groups = new Map<string, number>();

  constructor({ files, fileIndex, obsId, eventId, telId }: Keys) {
    this.keys = { files, fileIndex, obsId, eventId, telId };
    this.names = files.map((file) => basename(file));
  }

  private same(other: Keys): boolean {
    const { fileIndex, obsId, eventId, telId } = this.keys;
    if (other.eventId.length !== eventId.length || other.files.length !== this.names.length) return false;
    if (!other.files.every((file, i) => basename(file) === this.names[i])) return false;
    for (let row = 0; row < eventId.length; row++) {
      if (other.eventId[row] !== eventId[row] || other.obsId[row] !== obsId[row]) return false;
      if (other.telId[row] !== telId[row] || other.fileIndex[row] !== fileIndex[row]) return false;
    }
    return true;
  }

  private build(): Map<number, Map<number, number>> {
    const index = new Map<number, Map<number, number>>();
    const group = groupOf(this.keys, this.groups);
    for (let row = 0; row < this.keys.eventId.length; row++) {
      const key = group(row);
      const events = index.get(key) ?? new Map<number, number>();
      index.set(key, events);
      events.set(this.keys.eventId[row]!, row);
    }
    return index;
  }

  /** `values` of another model's rows in the order of these events; NaN for events that it lacks. */
  align(other: Keys, values: Float64Array): Float64Array {
    // Models tested on the same files have the same rows, which is quick to see.
    if (this.same(other)) return values;
    this.index ??= this.build();
    const aligned = new Float64Array(this.keys.eventId.length).fill(Number.NaN);
    const group = groupOf(other, this.groups);
    for (let row = 0; row < values.length; row++) {
      const at = this.index.get(group(row))?.get(other.eventId[row]!);
      if (at !== undefined) aligned[at] = values[row]!;
    }
    return aligned;
  }
}
