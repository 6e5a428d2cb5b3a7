import { readFile } from "node:fs/promises";
import * as z from "zod";
import { InputError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { type Channel, isChannel } from "./channel.js";
import type { Task } from "./task.js";

const task = z.enum(["type", "energy", "cameradirection", "skydirection"]);
const range = z.strictObject({ min: z.number(), max: z.number() });

const reader = z.strictObject({
  mode: z.enum(["mono", "stereo"]),
  channels: z.array(z.custom<Channel>(isChannel, "no channel of this name")),
  mapper: z.string(),
  imageShape: z.int().nullable(),
  allowedTelescopes: z.array(z.int()).nullable(),
  allowedTelescopeTypes: z.array(z.string()).nullable(),
  qualityCriteria: z.array(z.strictObject({ name: z.string(), expression: z.string() })),
  focalLength: z.enum(["effective", "equivalent"]),
  minTelescopes: z.int(),
  minTelescopesOfType: z.array(z.strictObject({ type: z.string(), least: z.int() })).default([]),
  stackTelescopeImages: z.boolean(),
  sortByIntensity: z.boolean(),
  skipIncompatibleFiles: z.boolean(),
});

const label = z.strictObject({ name: z.string(), unit: z.string() });

/** The error that a model makes for the images of one telescope type, given their parameters. */
const errorFit = z.strictObject({
  /** Validation images that it was learnt from. */
  images: z.int(),
  /** What the logarithm of the error is linear in. */
  facts: z.array(z.string()),
  coefficients: z.array(z.number()),
  /** Of each fact; what lies outside counts as its end. */
  ranges: z.array(range),
});

const expectedError = errorFit.extend({ telescopeType: z.string() });

const axisError = z.strictObject({
  telescopeType: z.string(),
  /** Share of the images whose source lies on the other side of the centroid than the model says. */
  wrongSide: z.number().gt(0).lt(1),
  /** Error of the distance from the centroid along the axis, deg. */
  along: errorFit,
  /** By how much the axis misses the source, deg. */
  across: errorFit,
});

const cardSchema = z.strictObject({
  /** Form of this file. */
  format: z.literal(1),
  /** Version of cherenkit that trained the model. */
  cherenkit: z.string(),
  /** When training ended, ISO 8601. */
  trained: z.string(),
  name: z.string(),
  tasks: z.array(task).min(1),
  /** How events were read; prediction reads them the same way. */
  reader,
  /** [height, width, channels] of the network's input. */
  inputShape: z.tuple([z.int(), z.int(), z.int()]),
  camera: z.strictObject({ name: z.string(), pixels: z.int() }),
  /** Telescopes whose images were trained on. */
  telescopes: z.array(z.strictObject({ id: z.int(), type: z.string() })),
  /** What each output of a task is, in the order of the outputs: `energy` gives the logarithm of the energy in TeV. */
  labels: z.partialRecord(task, z.array(label)),
  /** Where the model may be trusted: the range of what it was trained on. */
  validity: z.strictObject({
    /** Pointings of the array in the training files. */
    pointingDeg: z.array(z.strictObject({ alt: z.number(), az: z.number() })),
    energyTeV: range.nullable(),
    /** Versions of ctapipe's data model. */
    dataModels: z.array(z.string()),
    examples: z.strictObject({ training: z.int(), validation: z.int() }),
    trainingFiles: z.int(),
    /** SHA-256 over names and sizes of the training files. */
    trainingFilesHash: z.string(),
  }),
  /**
   * The error that is to be expected of single images by task (dex, deg in the camera; type: wrong share of the probability),
   * such that means weighed by its inverse square come nearest to the truth: what the weights `expected-error` are. Absent for
   * stereo models and those of older versions.
   */
  expectedErrors: z.partialRecord(task, z.array(expectedError)).optional(),
  /** For `cameradirection`: what the long axes of images and the model's distances along them are worth. */
  axisErrors: z.array(axisError).optional(),
});

/** What stands in `card.json` beside a model: how to feed it, what comes out, and where it is valid. */
export type ModelCard = z.infer<typeof cardSchema>;

/** What is known of a model's errors for one telescope type. */
export type ExpectedErrorRecord = z.infer<typeof expectedError>;

/** What is known of long axes for one telescope type. */
export type AxisErrorRecord = z.infer<typeof axisError>;

/** Names and units of the outputs of each task. */
export const taskLabels: Readonly<Record<Task, readonly { readonly name: string; readonly unit: string }[]>> = {
  type: [
    { name: "background", unit: "probability" },
    { name: "gamma", unit: "probability" },
  ],
  energy: [{ name: "log_true_energy", unit: "log10(TeV)" }],
  cameradirection: [
    { name: "cam_coord_offset_x", unit: "m" },
    { name: "cam_coord_offset_y", unit: "m" },
  ],
  skydirection: [
    { name: "fov_lon", unit: "deg" },
    { name: "fov_lat", unit: "deg" },
  ],
};

/**
 * Reads and checks a `card.json`.
 * @throws {InputError} when it is missing, not JSON, or of another form.
 */
export async function readModelCard(path: string): Promise<ModelCard> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new InputError(missing ? `there is no model card ${path}` : `the model card ${path} is damaged`, {
      place: path,
      remedy: missing ? "train the model first (cherenkit train CONFIG)" : "train the model again",
      cause,
    });
  }
  const result = cardSchema.safeParse(content);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new InputError(`the model card ${path} has another form: ${issue!.path.join(".")}: ${issue!.message}`, {
      place: path,
      remedy: "train the model again with this version of cherenkit",
      cause: result.error,
    });
  }
  return result.data;
}

/** Writes a `card.json`, checked and whole. */
export async function writeModelCard(path: string, card: ModelCard): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(cardSchema.parse(card), null, 2)}\n`);
}
