import { degPerRad } from "../coordinates/angle.js";
import { InputError } from "../errors.js";
import { numbers } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import { type EventFile, telescopeTable } from "./event-file.js";
import { timesS } from "./time.js";

/** A direction as files store it, in radians. */
export interface PointingRad {
  readonly azRad: number;
  readonly altRad: number;
}

/** Pointing during an observation, at a time in seconds since 1970 TAI. */
export type Pointing = (obsId: number, timeS: number) => PointingRad;

function byObservation(file: Hdf5File, path: string, azimuth: string, altitude: string): Map<number, PointingRad> {
  const { columns } = file.table(path).read({ columns: ["obs_id", azimuth, altitude] });
  const [ids, az, alt] = ["obs_id", azimuth, altitude].map((name) => numbers(columns.get(name)!));
  return new Map(Array.from(ids!, (id, i) => [id, { azRad: az![i]!, altRad: alt![i]! }]));
}

function fixed(pointings: ReadonlyMap<number, PointingRad>, place: string): Pointing {
  return (obsId) => {
    const pointing = pointings.get(obsId);
    if (pointing) return pointing;
    throw new InputError(`${place} has no pointing for observation ${obsId}`, { place });
  };
}

// Azimuths are interpolated the short way round.
function monitored(file: Hdf5File, path: string): Pointing {
  const { columns } = file.table(path).read({ columns: ["time", "azimuth", "altitude"] });
  const times = timesS(columns.get("time")!);
  const az = numbers(columns.get("azimuth")!);
  const alt = numbers(columns.get("altitude")!);
  return (_obsId, timeS) => {
    let next = 0;
    for (let low = 0, high = times.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (times[middle]! < timeS) low = middle + 1;
      else high = middle;
      next = low;
    }
    const after = Math.min(next, times.length - 1);
    const before = Math.max(0, Math.min(next - 1, times.length - 1));
    const span = times[after]! - times[before]!;
    const share = span > 0 ? Math.min(1, Math.max(0, (timeS - times[before]!) / span)) : 0;
    const turn = ((az[after]! - az[before]! + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    return { azRad: az[before]! + share * turn, altRad: alt[before]! + share * (alt[after]! - alt[before]!) };
  };
}

/**
 * Where a telescope looked: from the simulation's configuration, or from the monitoring data of an observation.
 * @throws {InputError} when the file does not say.
 */
export function telescopePointing({ path, hdf5 }: EventFile, telescopeId: number): Pointing {
  const name = telescopeTable(telescopeId);
  const configured = `/configuration/telescope/pointing/${name}`;
  if (hdf5.has(configured)) {
    const pointings = byObservation(hdf5, configured, "telescope_pointing_azimuth", "telescope_pointing_altitude");
    return fixed(pointings, `${path}:${configured}`);
  }
  for (const level of ["dl1", "dl0"]) {
    const table = `/${level}/monitoring/telescope/pointing/${name}`;
    if (hdf5.kind(table) === "table" && hdf5.table(table).rows > 0) return monitored(hdf5, table);
  }
  throw new InputError(`${path} does not say where telescope ${telescopeId} looked`, {
    place: `${path}:${configured}`,
  });
}

/** Where the array looked, or null where only the telescopes' pointings are known. */
export function arrayPointing({ path, hdf5 }: EventFile): Pointing | null {
  const run = "/configuration/simulation/run";
  if (hdf5.has(run)) return fixed(byObservation(hdf5, run, "min_az", "min_alt"), `${path}:${run}`);
  const monitoring = "/dl1/monitoring/subarray/pointing";
  if (hdf5.kind(monitoring) !== "table") return null;
  const { columns } = hdf5.table(monitoring).read({ columns: ["time", "array_azimuth", "array_altitude"] });
  if ((columns.get("time")?.data.length ?? 0) === 0) return null;
  const [az] = numbers(columns.get("array_azimuth")!);
  const [alt] = numbers(columns.get("array_altitude")!);
  return () => ({ azRad: az!, altRad: alt! });
}

/** The same direction in degrees. */
export function inDegrees({ azRad, altRad }: PointingRad): { altDeg: number; azDeg: number } {
  return { altDeg: altRad * degPerRad, azDeg: azRad * degPerRad };
}
