import { type CameraTurn, cameraTurns } from "../camera/symmetries.js";
import type { Augmentation } from "../config/config.js";
import type { Task } from "../config/task.js";
import { degPerRad } from "../coordinates/angle.js";
import { ConfigError } from "../errors.js";
import type { ExampleTable } from "./example-table.js";

/** Turns that all cameras of the examples have, by camera; the identity is the first of each. */
export type Turns = readonly (readonly CameraTurn[])[];

/**
 * The turns that images may be shown in.
 * @throws {ConfigError} when the cameras have no symmetry in common
 */
export function augmentationTurns({ cameras }: ExampleTable, augmentation: Exclude<Augmentation, "none">): Turns {
  const all = cameras.map((camera) =>
    cameraTurns(camera).filter(({ mirrored }) => augmentation === "symmetry" || !mirrored),
  );
  const isIn = (turns: readonly CameraTurn[], { rotationDeg, mirrored }: CameraTurn): boolean =>
    turns.some((other) => other.rotationDeg === rotationDeg && other.mirrored === mirrored);
  const common = all.map((turns) => turns.filter((turn) => all.every((others) => isIn(others, turn))));
  if (common[0]!.length > 1) return common;
  throw new ConfigError(`the pixels of ${cameras.map(({ name }) => name).join(", ")} lie on themselves in no turn`, {
    place: "augmentation",
    remedy: "set augmentation: none",
  });
}

/** Number of the turn of an example in an epoch; it depends on its row and the seed of the epoch alone. */
export function turnOf(row: number, seed: number, turns: number): number {
  let hash = Math.imul(row ^ 0x9e3779b9, 0x85ebca6b) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) % turns;
}

/** Turns the pixels of an image in place, `[n_pixels, channels]`. @param before room of the same size */
export function turnPixels(source: Int32Array, pixels: Float32Array, before: Float32Array, channels: number): void {
  before.set(pixels);
  for (let i = 0, to = 0; i < source.length; i++) {
    const from = source[i]! * channels;
    for (let k = 0; k < channels; k++) pixels[to++] = from < 0 ? 0 : before[from + k]!;
  }
}

/** Turns the labels of one example in place; those that are no direction stay. */
export type LabelTurner = (task: Task, row: number, turn: number, labels: Float32Array, at: number) => void;

/** Turns the directions in `labels` along with the images of an example. */
export function labelTurner(examples: ExampleTable, turns: Turns): LabelTurner {
  const { rows, images, imagesOf, cameraOfTelescope, telescopeOf } = examples;
  const telescopeIds = images.column("tel_id");
  const slots = imagesOf ? imagesOf.length / rows : 0;
  const cameraOf = (row: number): number => {
    const first = imagesOf?.subarray(row * slots, (row + 1) * slots).find((image) => image >= 0) ?? row;
    return cameraOfTelescope.get(telescopeIds[first]!)!;
  };
  return (task, row, number, labels, at) => {
    if (task !== "cameradirection" && task !== "skydirection") return;
    const { focalLengthM, pixelRotationDeg } = telescopeOf!(row);
    const { matrix, shiftM } = turns[cameraOf(row)]![number]!;
    const move = (x: number, y: number): readonly [number, number] => [
      matrix[0] * x + matrix[1] * y + shiftM[0],
      matrix[2] * x + matrix[3] * y + shiftM[1],
    ];
    const [first, second] = [labels[at]!, labels[at + 1]!];
    if (task === "skydirection") {
      // Latitude lies along x of the camera, longitude along y.
      const scale = focalLengthM / degPerRad;
      const [x, y] = move(second * scale, first * scale);
      labels[at] = y / scale;
      labels[at + 1] = x / scale;
      return;
    }
    // The label is turned back by PIX_ROT, as the mapped image is.
    const [cos, sin] = [Math.cos(pixelRotationDeg / degPerRad), Math.sin(pixelRotationDeg / degPerRad)];
    const [x, y] = move(first * cos - second * sin, first * sin + second * cos);
    labels[at] = x * cos + y * sin;
    labels[at + 1] = -x * sin + y * cos;
  };
}
