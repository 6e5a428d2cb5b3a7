import type { AltAz } from "../coordinates/angle.js";
import { InputError } from "../errors.js";
import type { EventFile } from "../events/event-file.js";
import { EventIndex } from "../events/event-index.js";
import { arrayPointing, inDegrees, telescopePointing } from "../events/pointing.js";
import { numbers } from "../hdf5/column.js";

const showerPath = "/simulation/event/subarray/shower";
const columnNames = ["obs_id", "event_id", "true_energy", "true_alt", "true_az", "true_shower_primary_id"] as const;
const coreNames = ["true_core_x", "true_core_y"] as const;

/** The simulated showers of a file, found by (obs_id, event_id). */
export interface ShowerTruth {
  /** Row of an event, −1 when it is not there. */
  readonly find: (obsId: number, eventId: number) => number;
  readonly energyTeV: Float64Array;
  readonly altDeg: Float64Array;
  readonly azDeg: Float64Array;
  readonly particle: Float64Array;
  /** Where the axis meets the ground: north and west, m; null in a file that does not say. */
  readonly coreM: readonly [Float64Array, Float64Array] | null;
}

/** @throws {InputError} when the file has no simulated showers */
export function showerTruth({ path, hdf5 }: EventFile): ShowerTruth {
  if (hdf5.kind(showerPath) !== "table") {
    throw new InputError(`${path} has no simulated truth, so its predictions cannot be judged`, {
      place: `${path}:${showerPath}`,
      remedy: "give DL2 files of simulations, which keep the shower table",
    });
  }
  const table = hdf5.table(showerPath);
  const withCore = coreNames.every((name) => table.columnNames.includes(name));
  const { columns } = table.read({ columns: [...columnNames, ...(withCore ? coreNames : [])] });
  const [obsId, eventId, energyTeV, altDeg, azDeg, particle] = columnNames.map((name) => numbers(columns.get(name)!));
  const index = new EventIndex(obsId!, eventId!);
  return {
    find: (obs, event) => index.find(obs, event),
    energyTeV: energyTeV!,
    altDeg: altDeg!,
    azDeg: azDeg!,
    particle: particle!,
    coreM: withCore ? [numbers(columns.get("true_core_x")!), numbers(columns.get("true_core_y")!)] : null,
  };
}

const unknown: AltAz = { altDeg: Number.NaN, azDeg: Number.NaN };

/** Where a telescope (0: the array) looked during a simulated run; NaN when the file does not say. */
export function simulatedPointing(file: EventFile, telescopeId: number): (obsId: number) => AltAz {
  const known = new Map<number, AltAz>();
  // Simulated telescopes stand still, so one time is as good as another.
  const read = (obsId: number): AltAz => {
    try {
      const pointing = telescopeId === 0 ? arrayPointing(file) : telescopePointing(file, telescopeId);
      return pointing ? inDegrees(pointing(obsId, 0)) : unknown;
    } catch (error) {
      if (error instanceof InputError) return unknown;
      throw error;
    }
  };
  return (obsId) => {
    const found = known.get(obsId) ?? read(obsId);
    known.set(obsId, found);
    return found;
  };
}
