/** Fully reconstructed simulated events of one kind of particle, one entry an event. */
export interface ReconstructedEvents {
  readonly rows: number;
  readonly trueEnergyTeV: Float64Array;
  readonly energyTeV: Float64Array;
  readonly gammaness: Float64Array;
  /** Angle between true and reconstructed direction. */
  readonly thetaDeg: Float64Array;
  /** Angle between the pointing and the true direction. */
  readonly trueOffsetDeg: Float64Array;
  /** Angle between the pointing and the reconstructed direction. */
  readonly offsetDeg: Float64Array;
  /** Events that each stands for in the observation time. */
  readonly weights: Float64Array;
  /** Telescopes that saw the event; absent when not known. */
  readonly multiplicity?: Float64Array;
}

/** The events at `rows`. */
export function selectEvents(events: ReconstructedEvents, rows: Uint32Array): ReconstructedEvents {
  const of = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
  return {
    rows: rows.length,
    trueEnergyTeV: of(events.trueEnergyTeV),
    energyTeV: of(events.energyTeV),
    gammaness: of(events.gammaness),
    thetaDeg: of(events.thetaDeg),
    trueOffsetDeg: of(events.trueOffsetDeg),
    offsetDeg: of(events.offsetDeg),
    weights: of(events.weights),
    ...(events.multiplicity ? { multiplicity: of(events.multiplicity) } : {}),
  };
}
