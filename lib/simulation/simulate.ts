import { join, resolve } from "node:path";
import { ConfigError } from "../errors.js";
import { RandomGenerator } from "../random/generator.js";
import { sst1mArray } from "./array.js";
import { createDl1File } from "./dl1-file.js";
import { EventSource } from "./event.js";
import { type Particle, particleNamed } from "./particle.js";
import { ShowerDistribution } from "./shower-distribution.js";

export interface SimulateOptions {
  /** Triggered events of each training set. */
  readonly events: number;
  /** The same seed gives the same files. */
  readonly seed: number;
  /** Folder the files go to. */
  readonly output: string;
  /** Only these, each in one file; without it, the sets of the demonstration. */
  readonly particles?: readonly string[];
  /** Called every few events. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SimulatedFile {
  readonly path: string;
  readonly particle: string;
  /** Triggered events. */
  readonly events: number;
  /** Telescope images in them. */
  readonly images: number;
}

interface PlannedFile {
  readonly path: string;
  readonly particle: Particle;
  readonly events: number;
  readonly obsId: number;
}

/** Zenith angle 20°, to the south. */
const pointing = { altDeg: 70, azDeg: 180 };
const meanSecondsBetweenEvents = 0.02;

/** Training sets in two files each, test sets of a third of their size. */
function demonstrationFiles(events: number, output: string): PlannedFile[] {
  const tested = Math.max(1, Math.round(events / 3));
  const half = Math.ceil(events / 2);
  const sets: [string, string, string, number][] = [
    ["gammas_diffuse/train", "gamma", "gamma", half],
    ["gammas_diffuse/train", "gamma", "gamma", events - half],
    ["gammas_diffuse/test", "gamma", "gamma", tested],
    ["protons_diffuse/train", "proton", "proton", half],
    ["protons_diffuse/train", "proton", "proton", events - half],
    ["protons_diffuse/test", "proton", "proton", tested],
    ["gammas_point/test", "gamma_point", "gamma_point", tested],
  ];
  return sets
    .map(([folder, name, particle, count], i) => ({
      path: join(output, folder, `${name}_run${i + 1}.dl1.h5`),
      particle: particleNamed(particle),
      events: count,
      obsId: i + 1,
    }))
    .filter((file) => file.events > 0);
}

function particleFiles(names: readonly string[], events: number, output: string): PlannedFile[] {
  return [...new Set(names)].map((name, i) => ({
    path: join(output, `${name}_run${i + 1}.dl1.h5`),
    particle: particleNamed(name),
    events,
    obsId: i + 1,
  }));
}

async function simulateFile(
  { path, particle, events, obsId }: PlannedFile,
  seed: number,
  onEvent: (done: number) => void,
): Promise<SimulatedFile> {
  const array = sst1mArray();
  const random = new RandomGenerator(seed, obsId);
  const thrown = new ShowerDistribution(particle);
  const source = new EventSource(array, particle, pointing, random, (axis) => thrown.add(axis));
  const productId = Uint8Array.from({ length: 16 }, () => random.integer(256));
  const file = await createDl1File(path, { obsId, array, particle, pointing, productId }, source.frame);
  try {
    for (let done = 1; done <= events; done++) {
      file.add(source.next(), random.exponential(meanSecondsBetweenEvents));
      if (done % 64 !== 0 && done !== events) continue;
      onEvent(done);
      await new Promise((proceed) => setImmediate(proceed)); // lets signals and progress bars have their turn
    }
    await file.close(thrown);
  } catch (error) {
    file.abort();
    throw error;
  }
  return { path, particle: particle.name, events, images: file.images };
}

/**
 * Simulates showers seen by two SST-1M telescopes and writes them as DL1 files of ctapipe's data model v7.1.0.
 * Every file appears under its name when it is complete.
 * @throws {ConfigError} for less than one event or an unknown particle
 * @throws {OutputError} when a file cannot be written
 */
export async function simulate(options: SimulateOptions): Promise<SimulatedFile[]> {
  const { events, seed, particles, onProgress } = options;
  if (!Number.isSafeInteger(events) || events < 1) {
    throw new ConfigError(`${events} events cannot be simulated`, { remedy: "ask for a whole number of at least 1" });
  }
  if (!Number.isFinite(seed)) throw new ConfigError(`the seed ${seed} is not a number`);
  const output = resolve(options.output);
  const planned = particles?.length ? particleFiles(particles, events, output) : demonstrationFiles(events, output);
  const total = planned.reduce((sum, file) => sum + file.events, 0);
  const files: SimulatedFile[] = [];
  let before = 0;
  for (const plan of planned) {
    files.push(await simulateFile(plan, seed, (done) => onProgress?.(before + done, total)));
    before += plan.events;
  }
  return files;
}
