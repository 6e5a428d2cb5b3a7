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
export interface Pointing {
  (obsId: number, timeS: number): PointingRad;
  /** True when it depends on the time. */
  readonly timed?: boolean;
}

const runPath = "/configuration/simulation/run";

function isFilled(file: Hdf5File, path: string): boolean {
  return file.kind(path) === "table" && file.table(path).rows > 0;
}

/** One pointing an observation, as simulations have it. */
function fixed(file: Hdf5File, path: string, azimuth: string, altitude: string): Pointing {
  const columns = file.table(path).readNumbers(["obs_id", azimuth, altitude]);
  const [ids, az, alt] = ["obs_id", azimuth, altitude].map((name) => columns.get(name)!);
  const pointings = new Map(Array.from(ids!, (id, i) => [id, { azRad: az![i]!, altRad: alt![i]! }]));
  const place = `${file.path}:${path}`;
  return (obsId) => {
    const pointing = pointings.get(obsId);
    if (pointing) return pointing;
    throw new InputError(`${place} has no pointing for observation ${obsId}`, { place });
  };
}

/**
 * Pointings monitored over time, linear between the samples and, as in CTLearn, beyond them. Azimuths go the short way
 * round.
 */
function monitored(file: Hdf5File, path: string, azimuth: string, altitude: string): Pointing {
  const { columns } = file.table(path).read({ columns: ["time", azimuth, altitude] });
  const stored = timesS(columns.get("time")!);
  const order = Uint32Array.from(stored, (_, i) => i).sort((a, b) => stored[a]! - stored[b]!);
  const sorted = (values: Float64Array): Float64Array => Float64Array.from(order, (i) => values[i]!);
  const times = sorted(stored);
  const az = sorted(numbers(columns.get(azimuth)!));
  const alt = sorted(numbers(columns.get(altitude)!));
  const last = times.length - 1;
  const at = (_obsId: number, timeS: number): PointingRad => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! < timeS) low = middle + 1;
      else high = middle;
    }
    const after = Math.min(Math.max(low, 1), last);
    const before = Math.max(0, after - 1);
    const span = times[after]! - times[before]!;
    const share = span > 0 ? (timeS - times[before]!) / span : 0;
    const turn = az[after]! - az[before]!;
    const shortest = turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
    return { azRad: az[before]! + share * shortest, altRad: alt[before]! + share * (alt[after]! - alt[before]!) };
  };
  return Object.assign(at, { timed: true });
}

/**
 * Where a telescope looked: from the simulation's configuration, or from the monitoring data of an observation, of
 * which DL1 wins over DL0.
 * @throws {InputError} when the file does not say.
 */
export function telescopePointing({ path, hdf5 }: EventFile, telescopeId: number): Pointing {
  const name = telescopeTable(telescopeId);
  const configured = `/configuration/telescope/pointing/${name}`;
  if (isFilled(hdf5, configured)) {
    return fixed(hdf5, configured, "telescope_pointing_azimuth", "telescope_pointing_altitude");
  }
  for (const level of ["dl1", "dl0"]) {
    const table = `/${level}/monitoring/telescope/pointing/${name}`;
    if (isFilled(hdf5, table)) return monitored(hdf5, table, "azimuth", "altitude");
  }
  if (isFilled(hdf5, runPath)) return fixed(hdf5, runPath, "min_az", "min_alt");
  throw new InputError(`${path} does not say where telescope ${telescopeId} looked`, {
    place: `${path}:${configured}`,
    remedy: "make the file again with ctapipe-process, which copies the pointing",
  });
}

/** Where the array looked, or null where only the telescopes' pointings are known. */
export function arrayPointing({ hdf5 }: EventFile): Pointing | null {
  if (isFilled(hdf5, runPath)) return fixed(hdf5, runPath, "min_az", "min_alt");
  const monitoring = "/dl1/monitoring/subarray/pointing";
  return isFilled(hdf5, monitoring) ? monitored(hdf5, monitoring, "array_azimuth", "array_altitude") : null;
}

/** The mean direction of several pointings. */
export function meanPointing(pointings: readonly PointingRad[]): PointingRad {
  let [x, y, z] = [0, 0, 0];
  for (const { azRad, altRad } of pointings) {
    x += Math.cos(altRad) * Math.cos(azRad);
    y += Math.cos(altRad) * Math.sin(azRad);
    z += Math.sin(altRad);
  }
  return { azRad: Math.atan2(y, x), altRad: Math.atan2(z, Math.hypot(x, y)) };
}

/** The same direction in degrees. */
export function inDegrees({ azRad, altRad }: PointingRad): { altDeg: number; azDeg: number } {
  return { altDeg: altRad * degPerRad, azDeg: azRad * degPerRad };
}
