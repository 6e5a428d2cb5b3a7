import { join } from "node:path";
import { numbers } from "../../lib/hdf5/column.js";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { simulate } from "../../lib/simulation/simulate.js";

type Quantity = "particle_type" | "energy" | "geometry";

/** Simulates events and gives their DL1 file. */
export async function simulated(folder: string, particle: string, events: number, seed: number): Promise<string> {
  const [file] = await simulate({ events, seed, output: folder, particles: [particle] });
  return file!.path;
}

/**
 * A DL2 file of a simulated DL1 file, with predictions that scatter about the truth, of the quantities wanted.
 * @param level `array`: image parameters, predictions of both telescopes, and of the array, in which every third event was
 * seen by the first telescope alone
 * @param outlier factor on the energy of the first event
 */
export async function predicted(
  dl1: string,
  path: string,
  quantities: readonly Quantity[] = ["particle_type", "energy", "geometry"],
  level: "telescope" | "array" = "telescope",
  outlier: number = 1,
): Promise<void> {
  const random = new RandomGenerator(3);
  const from = await Hdf5File.open(dl1);
  const writer = await createHdf5(path, { attributes: from.attributes("/") });
  copyGroup(from, "/configuration", writer);
  copyGroup(from, "/simulation", writer);
  if (level === "array") copyGroup(from, "/dl1/event/telescope/parameters", writer);
  const names = ["obs_id", "event_id", "true_energy", "true_alt", "true_az", "true_shower_primary_id"];
  const { columns, rows } = from.table("/simulation/event/subarray/shower").read({ columns: names });
  const [obs, event, energy, alt, az, particle] = names.map((name) => numbers(columns.get(name)!));
  from.close();
  const spread = (of: Float64Array, width: number): Float64Array => of.map((value) => value + width * random.normal());
  const values = {
    particle_type: { prediction: particle!.map((id) => 1 / (1 + Math.exp((id === 0 ? -1.5 : 1.5) - random.normal()))) },
    energy: {
      energy: energy!.map((value, i) => value * Math.exp(0.15 * random.normal()) * (i === 0 ? outlier : 1)),
    },
    geometry: { alt: spread(alt!, 0.1), az: spread(az!, 0.3) },
  };
  const units: Record<string, string> = { prediction: "", energy: "TeV", alt: "deg", az: "deg" };
  for (const quantity of quantities) {
    const own = Object.entries<Float64Array>(values[quantity]);
    const ids = {
      obs_id: BigInt64Array.from(obs!, BigInt),
      event_id: BigInt64Array.from(event!, BigInt),
    };
    const keys = [
      { name: "obs_id", type: "int64" },
      { name: "event_id", type: "int64" },
    ] as const;
    for (const telescope of level === "array" ? [1, 2] : [1]) {
      const table = writer.table(`/dl2/event/telescope/${quantity}/CTLearn/tel_00${telescope}`, [
        ...keys,
        { name: "tel_id", type: "int64" },
        ...own.map(([name]) => ({ name: `CTLearn_tel_${name}`, type: "float64" as const, unit: units[name] })),
        { name: "CTLearn_tel_is_valid", type: "bool" },
      ]);
      const seen = (row: number): boolean => telescope === 1 || row % 3 > 0;
      table.append({
        ...ids,
        tel_id: new BigInt64Array(rows).fill(BigInt(telescope)),
        CTLearn_tel_is_valid: Uint8Array.from({ length: rows }, (_, row) => (seen(row) ? 1 : 0)),
        ...Object.fromEntries(own.map(([name, column]) => [`CTLearn_tel_${name}`, column])),
      });
    }
    if (level === "telescope") continue;
    writer
      .table(`/dl2/event/subarray/${quantity}/CTLearn`, [
        ...keys,
        ...own.map(([name]) => ({ name: `CTLearn_${name}`, type: "float64" as const, unit: units[name] })),
        { name: "CTLearn_is_valid", type: "bool" },
        { name: "CTLearn_telescopes", type: "bool", itemShape: [2] },
      ])
      .append({
        ...ids,
        CTLearn_is_valid: new Uint8Array(rows).fill(1),
        CTLearn_telescopes: Uint8Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 || (i >> 1) % 3 > 0 ? 1 : 0)),
        ...Object.fromEntries(own.map(([name, column]) => [`CTLearn_${name}`, column])),
      });
  }
  await writer.close();
}

/** Gammas and protons simulated in a folder: their DL1 files. */
export async function bothParticles(folder: string, events: number): Promise<{ gamma: string; proton: string }> {
  const gamma = await simulated(join(folder, "gamma"), "gamma", events, 1);
  return { gamma, proton: await simulated(join(folder, "proton"), "proton", events, 2) };
}
