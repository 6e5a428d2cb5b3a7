/**
 * Finds rows by observation and event number. Rows sorted by both need no memory; others take a table of hashes.
 * Of equal pairs the first counts.
 */
export class EventIndex {
  /** The first row whose pair was there before, or −1. */
  readonly duplicate: number = -1;
  private readonly slots: Int32Array | null = null;
  private last = -1;

  /** @param obsIds and eventIds one pair a row */
  constructor(
    private readonly obsIds: ArrayLike<number>,
    private readonly eventIds: ArrayLike<number>,
  ) {
    if (this.isSorted()) return;
    let size = 16;
    while (size < 2 * obsIds.length) size *= 2;
    this.slots = new Int32Array(size).fill(-1);
    for (let row = 0; row < obsIds.length; row++) {
      const slot = this.slotOf(obsIds[row]!, eventIds[row]!);
      if (this.slots[slot] === -1) this.slots[slot] = row;
      else if (this.duplicate < 0) this.duplicate = row;
    }
  }

  /** Row of an event, or −1. */
  find(obsId: number, eventId: number): number {
    if (this.slots) return this.slots[this.slotOf(obsId, eventId)]!;
    // Tables of one file mostly have their events in the same order.
    const next = this.last + 1;
    if (this.obsIds[next] === obsId && this.eventIds[next] === eventId) return ++this.last;
    let [low, high] = [0, this.obsIds.length - 1];
    while (low <= high) {
      const row = (low + high) >> 1;
      const order = this.obsIds[row]! - obsId || this.eventIds[row]! - eventId;
      if (order === 0) {
        this.last = row;
        return row;
      }
      if (order < 0) low = row + 1;
      else high = row - 1;
    }
    return -1;
  }

  private isSorted(): boolean {
    const { obsIds, eventIds } = this;
    for (let row = 1; row < obsIds.length; row++) {
      if ((obsIds[row]! - obsIds[row - 1]! || eventIds[row]! - eventIds[row - 1]!) <= 0) return false;
    }
    return true;
  }

  /** Where a pair is, or the empty place where it belongs. */
  private slotOf(obsId: number, eventId: number): number {
    const slots = this.slots!;
    const mask = slots.length - 1;
    // Event numbers beyond 32 bits bring their upper half in.
    let hash = Math.imul(obsId | 0, 0x9e3779b1) ^ Math.imul((eventId | 0) ^ (eventId / 0x1_0000_0000), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot]!;
      if (row < 0 || (this.obsIds[row] === obsId && this.eventIds[row] === eventId)) return slot;
    }
  }
}
