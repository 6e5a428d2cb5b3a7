import { buildMapper } from "../camera/build-mapper.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import type { ReaderConfig } from "../config/config.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { ConfigError, InputError } from "../errors.js";
import type { EventFile } from "../events/event-file.js";
import { selectTelescopes } from "../events/select-telescopes.js";
import type { Telescope } from "../events/subarray.js";
import type { PredictionModel } from "./prediction-model.js";

/** A pointing further than this from all pointings of the training is warned of, degrees. */
const pointingToleranceDeg = 5;

/** How a model reads a file: as in training, where nothing was chosen the telescopes of the trained types. */
export function readerFor(model: PredictionModel): ReaderConfig {
  const { reader, telescopes } = model.card;
  const types = reader.allowedTelescopeTypes ?? [...new Set(telescopes.map(({ type }) => type))];
  return { ...reader, allowedTelescopeTypes: reader.allowedTelescopes ? null : types, skipIncompatibleFiles: false };
}

/**
 * The telescopes of a file whose images a model can judge.
 * @throws {InputError} when the file has none of them, or their cameras differ from the trained one
 */
export function telescopesFor(
  model: PredictionModel,
  { path, subarray }: Pick<EventFile, "path" | "subarray">,
): Telescope[] {
  const { camera, telescopes: trained } = model.card;
  const reader = readerFor(model);
  let telescopes: Telescope[];
  try {
    telescopes = selectTelescopes(
      subarray,
      { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes },
      path,
    );
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const seen = [...new Set(trained.map(({ type }) => type))].join(", ");
    throw new InputError(`${path} does not fit ${model.folder}: ${cause.message.split("\n")[0]}`, {
      place: path,
      remedy: `the model was trained on telescopes ${trained.map(({ id }) => id).join(", ")} (${seen}); ${cause.remedy}`,
      cause,
    });
  }
  for (const telescope of telescopes) {
    const pixels = subarray.cameras.get(telescope.cameraIndex)!.pixelX.length;
    if (pixels === camera.pixels) continue;
    throw new InputError(
      `${path} does not fit ${model.folder}: telescope ${telescope.id} (${telescope.type}) has ${pixels} pixels, ` +
        `the model was trained on ${camera.name} with ${camera.pixels}`,
      { place: path, remedy: "predict with a model of this camera" },
    );
  }
  const { mode, channels } = model.card.reader;
  const wanted = mode === "stereo" ? model.card.inputShape[2] / channels.length : telescopes.length;
  if (telescopes.length !== wanted) {
    throw new InputError(
      `${path} does not fit ${model.folder}: it has ${telescopes.length} telescopes of the trained type, ` +
        `the network takes the images of ${wanted}`,
      { place: path, remedy: "predict files of the array that the model was trained on" },
    );
  }
  return telescopes;
}

/**
 * The mapper of each telescope's camera.
 * @throws {InputError} when its image has another size than the network takes
 */
export function mappersFor(
  model: PredictionModel,
  { path, subarray }: Pick<EventFile, "path" | "subarray">,
  telescopes: readonly Telescope[],
): Map<number, ImageMapper> {
  const { reader, inputShape } = model.card;
  const ofCamera = new Map<number, ImageMapper>();
  for (const { cameraIndex, id } of telescopes) {
    if (ofCamera.has(cameraIndex)) continue;
    const mapper = buildMapper(reader.mapper, subarray.cameras.get(cameraIndex)!, reader.imageShape);
    if (mapper.height !== inputShape[0] || mapper.width !== inputShape[1]) {
      throw new InputError(
        `${path} does not fit ${model.folder}: telescope ${id} gives images of ${mapper.height}×${mapper.width}, ` +
          `the network takes ${inputShape[0]}×${inputShape[1]}`,
        { place: path, remedy: "predict with a model of this camera" },
      );
    }
    ofCamera.set(cameraIndex, mapper);
  }
  return new Map(telescopes.map(({ id, cameraIndex }) => [id, ofCamera.get(cameraIndex)!]));
}

/** A sentence when the telescopes looked elsewhere than in training, else null. Degrees. */
export function pointingWarning(
  model: PredictionModel,
  path: string,
  pointings: Iterable<{ readonly altDeg: number; readonly azDeg: number }>,
): string | null {
  const { pointingDeg: trained } = model.card.validity;
  if (trained.length === 0) return null;
  for (const { altDeg, azDeg } of pointings) {
    const away = Math.min(...trained.map(({ alt, az }) => angularSeparationDeg(azDeg, altDeg, az, alt)));
    if (!(away > pointingToleranceDeg)) continue;
    const there = trained.map(({ alt, az }) => `alt ${alt}, az ${az}`).join("; ");
    return (
      `${path}: the telescopes look ${away.toFixed(1)}° away (alt ${altDeg.toFixed(1)}, az ${azDeg.toFixed(1)}) from where ` +
      `${model.name} was trained (${there}); its predictions may be biased`
    );
  }
  return null;
}
