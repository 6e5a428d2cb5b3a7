import { clampAltitude } from "../coordinates/angle.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { type CameraOptics, cameraOffset } from "../coordinates/camera-offset.js";
import { type GroundPlace, impactDistanceM } from "../coordinates/impact-distance.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import type { NumberColumn } from "../hdf5/number-column.js";
import { inDegrees } from "./pointing.js";

/** What columns need to know of a row's telescope. */
export interface TelescopeFacts extends CameraOptics {
  readonly positionM: GroundPlace;
}

/** Columns that follow from others, row by row. */
interface Derivation {
  readonly names: readonly string[];
  readonly needs: readonly string[];
  row(values: readonly number[], telescope: TelescopeFacts | undefined): readonly number[];
}

const derivations: readonly Derivation[] = [
  {
    names: ["cam_coord_offset_x", "cam_coord_offset_y", "cam_coord_distance"],
    needs: ["true_alt", "true_az", "telescope_pointing_altitude", "telescope_pointing_azimuth"],
    row: ([altDeg, azDeg, altRad, azRad], telescope) => {
      const pointing = inDegrees({ altRad: altRad!, azRad: azRad! });
      const { xM, yM } = cameraOffset({ altDeg: altDeg!, azDeg: azDeg! }, pointing, telescope!);
      return [xM, yM, Math.hypot(xM, yM)];
    },
  },
  {
    names: ["fov_lon", "fov_lat", "angular_separation"],
    needs: ["true_alt", "true_az", "pointing_altitude", "pointing_azimuth"],
    row: ([altDeg, azDeg, altRad, azRad]) => {
      const pointing = inDegrees({ altRad: altRad!, azRad: azRad! });
      const { fovLonDeg, fovLatDeg } = skyOffset({ altDeg: altDeg!, azDeg: azDeg! }, pointing);
      const [alt, alt0] = [clampAltitude(altDeg!), clampAltitude(pointing.altDeg)];
      return [fovLonDeg, fovLatDeg, angularSeparationDeg(azDeg!, alt, pointing.azDeg, alt0)];
    },
  },
  { names: ["log_true_energy"], needs: ["true_energy"], row: ([energyTeV]) => [Math.log10(energyTeV!)] },
  {
    names: ["true_impact_distance"],
    needs: ["true_alt", "true_az", "true_core_x", "true_core_y"],
    row: ([altDeg, azDeg, x, y], telescope) => [
      impactDistanceM({ altDeg: altDeg!, azDeg: azDeg! }, [x!, y!], telescope!.positionM),
    ],
  },
  { names: ["impact_radius"], needs: ["true_core_x", "true_core_y"], row: ([x, y]) => [Math.hypot(x!, y!)] },
];

/** What a derived column is made of, or undefined for a column that is stored. */
export function columnsBehind(name: string): readonly string[] | undefined {
  return derivations.find(({ names }) => names.includes(name))?.needs;
}

/** Names of all derived columns. */
export const derivedNames: readonly string[] = derivations.flatMap(({ names }) => names);

/**
 * A derived column and those that are made with it, `[rows]` each.
 * @param column gives the columns that it is made of
 * @param telescopeOf the telescope of a row; needed by places in the camera and by its distance from the shower
 */
export function deriveColumns(
  name: string,
  rows: number,
  column: (name: string) => NumberColumn,
  telescopeOf: (row: number) => TelescopeFacts | undefined,
): Map<string, Float64Array> {
  const { names, needs, row } = derivations.find((one) => one.names.includes(name))!;
  const inputs = needs.map(column);
  const outputs = names.map(() => new Float64Array(rows));
  const values = new Array<number>(needs.length);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inputs.length; k++) values[k] = inputs[k]![i]!;
    const derived = row(values, telescopeOf(i));
    for (let k = 0; k < outputs.length; k++) outputs[k]![i] = derived[k]!;
  }
  return new Map(names.map((one, k) => [one, outputs[k]!]));
}
