/** Finds rows by observation and event number. */
export class EventIndex {
  private readonly rows = new Map<number, Map<number, number>>();

  /** @param obsIds and eventIds one pair a row; of equal pairs the first counts */
  constructor(obsIds: ArrayLike<number>, eventIds: ArrayLike<number>) {
    for (let row = 0; row < obsIds.length; row++) {
      const events = this.rows.get(obsIds[row]!) ?? new Map<number, number>();
      this.rows.set(obsIds[row]!, events);
      if (!events.has(eventIds[row]!)) events.set(eventIds[row]!, row);
    }
  }

  /** Row of an event, or −1. */
  find(obsId: number, eventId: number): number {
    return this.rows.get(obsId)?.get(eventId) ?? -1;
  }
}
