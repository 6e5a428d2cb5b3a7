import type { Task } from "../config/task.js";
import type { ColumnSchema } from "../hdf5/column.js";

/** ctapipe's groups of DL2 tables. */
export type Dl2Group = "particle_type" | "classification" | "energy" | "geometry";

interface Field {
  readonly name: string;
  readonly description: string;
  readonly unit?: string;
}

const deg = { unit: "deg" } as const;
const metre = { unit: "m" } as const;

const prediction: Field = {
  name: "prediction",
  description:
    "prediction of the classifier, defined between [0,1], where values close to 1 mean that the positive class " +
    "(e.g. gamma in gamma-ray analysis) is more likely",
};

/** Fields of ctapipe's containers with what they mean; those that are not predicted stay NaN. */
const fields: Readonly<Record<"particle_type" | "energy" | "geometry", readonly Field[]>> = {
  particle_type: [prediction],
  energy: [
    { name: "energy", description: "reconstructed energy", unit: "TeV" },
    { name: "energy_uncert", description: "reconstructed energy uncertainty", unit: "TeV" },
  ],
  geometry: [
    { name: "az", description: "reconstructed azimuth", ...deg },
    { name: "alt", description: "reconstructed altitude", ...deg },
    { name: "alt_uncert", description: "reconstructed altitude uncertainty", ...deg },
    { name: "az_uncert", description: "reconstructed azimuth uncertainty", ...deg },
    {
      name: "ang_distance_uncert",
      description: "uncertainty radius of reconstructed altitude-azimuth position",
      ...deg,
    },
    { name: "core_x", description: "reconstructed x coordinate of the core position", ...metre },
    { name: "core_y", description: "reconstructed y coordinate of the core position", ...metre },
    {
      name: "core_uncert_x",
      description: "reconstructed core position uncertainty along ground frame X axis",
      ...metre,
    },
    {
      name: "core_uncert_y",
      description: "reconstructed core position uncertainty along ground frame Y axis",
      ...metre,
    },
    { name: "core_tilted_x", description: "reconstructed x coordinate of the core position", ...metre },
    { name: "core_tilted_y", description: "reconstructed y coordinate of the core position", ...metre },
    {
      name: "core_tilted_uncert_x",
      description: "reconstructed core position uncertainty along tilted frame X axis",
      ...metre,
    },
    {
      name: "core_tilted_uncert_y",
      description: "reconstructed core position uncertainty along tilted frame Y axis",
      ...metre,
    },
    { name: "h_max", description: "reconstructed vertical height above sea level of the shower maximum", ...metre },
    { name: "h_max_uncert", description: "uncertainty of h_max", ...metre },
    { name: "average_intensity", description: "average intensity of the intensities used for reconstruction" },
  ],
};

const validity: Readonly<Record<"particle_type" | "energy" | "geometry", string>> = {
  particle_type: "true if classification parameters are valid",
  energy: "energy reconstruction validity flag. True if the energy was properly reconstructed by the algorithm",
  geometry: "geometry validity flag. True if the shower geometry was properly reconstructed by the algorithm",
};

const goodness: Readonly<Record<"particle_type" | "energy" | "geometry", string>> = {
  particle_type: "goodness of the algorithm fit",
  energy: "goodness of the algorithm fit",
  geometry: "measure of algorithm success (if fit)",
};

/** Which of ctapipe's containers a task fills. */
export const containerOf: Readonly<Record<Task, "particle_type" | "energy" | "geometry">> = {
  type: "particle_type",
  energy: "energy",
  cameradirection: "geometry",
  skydirection: "geometry",
};

/** Prefixes that CTLearn 0.10.4 gives. */
export const ctlearnPrefixes: Readonly<Record<Task, string>> = {
  type: "CTLearnClassifier",
  energy: "CTLearnRegressor",
  cameradirection: "CTLearnCameraReconstructor",
  skydirection: "CTLearnSkyReconstructor",
};

/** Prefix that CTLearn 0.10.4 gives to feature vectors. */
export const ctlearnFeaturePrefix: string = "CTLearn";

/** Names of the tasks in the columns of feature vectors. */
export const featureNames: Readonly<Record<Task, string>> = {
  type: "particletype",
  energy: "energy",
  cameradirection: "geometry",
  skydirection: "geometry",
};

/** Columns of a table of feature vectors after its keys. */
export function featureColumns(
  vectors: readonly { readonly task: Task; readonly length: number }[],
  prefix: string,
  ofTelescope: boolean,
): ColumnSchema[] {
  const start = ofTelescope ? `${prefix}_tel` : prefix;
  return [
    ...vectors.map(({ task, length }): ColumnSchema => {
      const name = `${featureNames[task]}_feature_vectors`;
      const description = `output of the backbone of the network for ${task}`;
      return { name: `${start}_${name}`, type: "float32", itemShape: [length], description, metadata: { NAME: name } };
    }),
    {
      name: `${start}_is_valid`,
      type: "bool",
      description: "true where there are feature vectors",
      metadata: { NAME: "is_valid" },
    },
  ];
}

/** Columns of a DL2 table after its keys: values, validity, goodness of fit, and for the array the telescopes. */
export function dl2Columns(task: Task, prefix: string, telescopes: number | null): ColumnSchema[] {
  const container = containerOf[task];
  const start = telescopes === null ? `${prefix}_tel` : prefix;
  const column = (name: string, rest: Omit<ColumnSchema, "name" | "metadata">): ColumnSchema => ({
    name: `${start}_${name}`,
    metadata: { NAME: name },
    ...rest,
  });
  return [
    ...fields[container].map(({ name, description, unit }) => column(name, { type: "float64", description, unit })),
    column("is_valid", { type: "bool", description: validity[container] }),
    column("goodness_of_fit", { type: "float64", description: goodness[container] }),
    ...(telescopes === null
      ? []
      : [column("telescopes", { type: "bool", itemShape: [telescopes], description: "telescopes that took part" })]),
  ];
}
