import type { ModelCard } from "../config/model-card.js";
import type { DirectionCombination } from "../config/prediction-choices.js";
import { fromSkyOffset, type SkyOffset, skyOffset } from "../coordinates/sky-offset.js";
import { InputError } from "../errors.js";
import type { EventFile } from "../events/event-file.js";
import { inDegrees, type PointingRad } from "../events/pointing.js";
import { axisErrorOf } from "../models/expected-error/axis-error.js";
import { type ImageAxis, imageAxis, imageAxisColumns, onAxis } from "../models/expected-error/image-axis.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import type { AxisImage } from "./axis-direction.js";
import { parametersOf, parametersPath } from "./telescope-parameters.js";
import type { TelescopeTriggers } from "./triggers.js";

/** What the images of a telescope say of directions, with the direction that a network told of each. */
export interface ImageAxes {
  /** Where the telescope looked at a trigger. */
  pointing(row: number): PointingRad;
  /** Null for an image without an axis. @param origin centre of the field of view in which it is given */
  image(row: number, altDeg: number, azDeg: number, origin: PointingRad): AxisImage | null;
}

const columns = [...new Set([...imageFactColumns, ...imageAxisColumns])];

/** The same axis in the field of view around another pointing. */
function turned(axis: ImageAxis, from: PointingRad, to: PointingRad): ImageAxis {
  if (from.altRad === to.altRad && from.azRad === to.azRad) return axis;
  const moved = (place: SkyOffset): SkyOffset => skyOffset(fromSkyOffset(place, inDegrees(from)), inDegrees(to));
  const centre = moved({ fovLonDeg: axis.x, fovLatDeg: axis.y });
  const ahead = moved({ fovLonDeg: axis.x + axis.cos, fovLatDeg: axis.y + axis.sin });
  const [dx, dy] = [ahead.fovLonDeg - centre.fovLonDeg, ahead.fovLatDeg - centre.fovLatDeg];
  const length = Math.hypot(dx, dy);
  return { x: centre.fovLonDeg, y: centre.fovLatDeg, cos: dx / length, sin: dy / length };
}

/**
 * The long axes of a telescope's images, if directions are to be combined by them.
 * @param pointings where the telescope looked at each trigger
 * @returns null for the mean, and for `auto` where the file lacks the parameters that tell axes
 * @throws {InputError} for `axes` where it does
 */
export function imageAxes(
  file: EventFile,
  triggers: TelescopeTriggers,
  pointings: readonly PointingRad[],
  card: Pick<ModelCard, "axisErrors">,
  directions: DirectionCombination,
): ImageAxes | null {
  if (directions === "mean" || triggers.rows === 0) return null;
  const path = parametersPath(triggers.telescope.id);
  const known = file.hdf5.kind(path) === "table" ? file.hdf5.table(path).columnNames : [];
  const missing = columns.filter((name) => !known.includes(name));
  if (missing.length > 0) {
    if (directions === "auto") return null;
    throw new InputError(`${file.path} lacks ${missing.join(", ")}, which tell the axes of images`, {
      place: `${file.path}:${path}`,
      remedy: "combine directions by their mean, or write parameters with ctapipe-process",
    });
  }
  const parameters = parametersOf(file, triggers, columns)!;
  const learnt = card.axisErrors?.find(({ telescopeType }) => telescopeType === triggers.telescope.type) ?? null;
  return {
    pointing: (row) => pointings[row]!,
    image(row, altDeg, azDeg, origin) {
      const of = (name: string): number => parameters.get(name)![row]!;
      const { along, across, wrongSide } = axisErrorOf(learnt, imageFacts(of));
      const axis = turned(imageAxis(of), pointings[row]!, origin);
      const told = onAxis(axis, skyOffset({ altDeg, azDeg }, inDegrees(origin)));
      const image = { ...axis, distance: told.along, along, across, wrongSide };
      return Object.values(image).every(Number.isFinite) && along > 0 && across > 0 ? image : null;
    },
  };
}
