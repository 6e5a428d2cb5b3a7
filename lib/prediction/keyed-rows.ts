import { EventIndex } from "../events/event-index.js";

/** Finds rows by observation and event; needs no memory of its own when the rows are sorted, as they nearly always are. */
export class KeyedRows {
  readonly rows: number;
  private readonly index: EventIndex | null;

  /** @param obsIds and eventIds one pair a row, no pair twice */
  constructor(
    private readonly obsIds: Float64Array,
    private readonly eventIds: Float64Array,
  ) {
    this.rows = obsIds.length;
    let sorted = true;
    for (let row = 1; row < this.rows && sorted; row++)
      sorted = this.compare(row - 1, obsIds[row]!, eventIds[row]!) < 0;
    this.index = sorted ? null : new EventIndex(obsIds, eventIds);
  }

  private compare(row: number, obsId: number, eventId: number): number {
    return this.obsIds[row]! - obsId || this.eventIds[row]! - eventId;
  }

  /** Row of an event, or −1. */
  find(obsId: number, eventId: number): number {
    if (this.index) return this.index.find(obsId, eventId);
    let low = 0;
    for (let high = this.rows - 1; low <= high; ) {
      const middle = (low + high) >> 1;
      const order = this.compare(middle, obsId, eventId);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
