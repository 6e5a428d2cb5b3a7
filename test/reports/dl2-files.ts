import { join } from "node:path";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import type { ColumnInput } from "../../lib/hdf5/row-packer.js";
import { createHdf5, type Hdf5Writer } from "../../lib/hdf5/writer.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { simulate } from "../../lib/simulation/simulate.js";

const showerColumns = [
  { name: "obs_id", type: "int64" },
  { name: "event_id", type: "int64" },
  { name: "true_energy", type: "float64", unit: "TeV" },
  { name: "true_alt", type: "float64", unit: "deg" },
  { name: "true_az", type: "float64", unit: "deg" },
  { name: "true_shower_primary_id", type: "int64" },
] as const;

export interface SyntheticDl2 {
  readonly task: "type" | "energy" | "cameradirection";
  readonly events: number;
  readonly seed?: number;
  /** Spread of the predictions; small is good. */
  readonly spread?: number;
  readonly truth?: boolean;
  /** `(row) => false` marks a row as not valid. */
  readonly valid?: (row: number) => boolean;
  readonly group?: string;
  readonly prefix?: string;
  /** Event numbers of the predictions; by default 0, 1, 2, … as in the truth. */
  readonly eventId?: (row: number) => number;
  /** What wrote the file; by default what wrote its telescopes. */
  readonly activity?: string;
  /** Smallest gammaness. */
  readonly smallest?: number;
  /** Share of protons. */
  readonly protons?: number;
}

/** A DL1 file of a few simulated events, whose telescopes the synthetic DL2 files repeat. */
export async function telescopesFile(folder: string): Promise<string> {
  await simulate({ events: 3, seed: 1, output: folder, particles: ["gamma"] });
  return join(folder, "gamma_run1.dl1.h5");
}

function addShowers(writer: Hdf5Writer, count: number, random: RandomGenerator, protons: number) {
  const energy = Float64Array.from({ length: count }, () => 10 ** (2 * random.uniform()));
  const alt = Float64Array.from({ length: count }, () => 70 + random.normal());
  const az = Float64Array.from({ length: count }, () => 180 + 3 * random.normal());
  const primary = Float64Array.from({ length: count }, () => (random.uniform() < protons ? 101 : 0));
  return { energy, alt, az, primary, writer };
}

const ids = (count: number, value: (row: number) => number): BigInt64Array =>
  BigInt64Array.from({ length: count }, (_, row) => BigInt(value(row)));

/** Writes a DL2 file as CTLearn 0.10.4 names its tables, with predictions that scatter about a made-up truth. */
export async function syntheticDl2(path: string, telescopes: string, options: SyntheticDl2): Promise<void> {
  const { task, events, spread = 0.1, protons = task === "type" ? 0.5 : 0 } = options;
  const truthRandom = new RandomGenerator(5, 1);
  const random = new RandomGenerator(options.seed ?? 7, 2);
  const from = await Hdf5File.open(telescopes);
  const writer = await createHdf5(path, {
    attributes: {
      ...from.attributes("/"),
      ...(options.activity === undefined ? {} : { "CTA ACTIVITY NAME": options.activity }),
    },
  });
  copyGroup(from, "/configuration", writer);
  const { energy, alt, az, primary } = addShowers(writer, events, truthRandom, protons);
  from.close();
  if (options.truth !== false) {
    writer.table("/simulation/event/subarray/shower", [...showerColumns]).append({
      obs_id: ids(events, () => 1),
      event_id: ids(events, (row) => row),
      true_energy: energy,
      true_alt: alt,
      true_az: az,
      true_shower_primary_id: ids(events, (row) => primary[row]!),
    });
  }
  const groups = { type: "particle_type", energy: "energy", cameradirection: "geometry" };
  const prefixes = {
    type: "CTLearnClassifier",
    energy: "CTLearnRegressor",
    cameradirection: "CTLearnCameraReconstructor",
  };
  const prefix = options.prefix ?? prefixes[task];
  const name = (column: string): string => `${prefix}_tel_${column}`;
  const column = (value: (row: number) => number): Float64Array =>
    Float64Array.from({ length: events }, (_, i) => value(i));
  const predicted: Record<string, [string, Float64Array]> = {
    ...(task === "type"
      ? {
          prediction: [
            "",
            column((row) =>
              Math.min(
                1,
                Math.max(options.smallest ?? 1e-6, (primary[row] === 0 ? 0.7 : 0.3) + spread * random.normal()),
              ),
            ),
          ],
        }
      : {}),
    ...(task === "energy" ? { energy: ["TeV", column((row) => energy[row]! * 10 ** (spread * random.normal()))] } : {}),
    ...(task === "cameradirection"
      ? {
          alt: ["deg", column((row) => alt[row]! + spread * random.normal())],
          az: ["deg", column((row) => az[row]! + spread * random.normal())],
        }
      : {}),
  };
  const table = writer.table(`/dl2/event/telescope/${options.group ?? groups[task]}/${prefix}/tel_001`, [
    { name: "obs_id", type: "int64" },
    { name: "event_id", type: "int64" },
    { name: "tel_id", type: "int64" },
    ...Object.entries(predicted).map(([key, [unit]]) => ({ name: name(key), type: "float64" as const, unit })),
    { name: name("is_valid"), type: "bool" },
  ]);
  const columns: Record<string, ColumnInput> = {
    obs_id: ids(events, () => 1),
    event_id: ids(events, options.eventId ?? ((row) => row)),
    tel_id: ids(events, () => 1),
    [name("is_valid")]: Uint8Array.from({ length: events }, (_, row) => (options.valid?.(row) === false ? 0 : 1)),
  };
  for (const [key, [, values]] of Object.entries(predicted)) columns[name(key)] = values;
  if (events > 0) table.append(columns);
  await writer.close();
}
