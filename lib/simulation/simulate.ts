import { resolve } from "node:path";
import { RandomGenerator } from "../random/generator.js";
import { workerCount } from "../threads/worker-count.js";
import { createDl1File } from "./dl1-file.js";
import { type BlockTask, blockEvents, type EventBlock } from "./event-block.js";
import { finishedFile } from "./finished-file.js";
import { type PlannedFile, plannedFiles } from "./planned-files.js";
import { type RunPlan, runConditions } from "./run-plan.js";
import { checkSettings } from "./settings.js";
import { simulatedBlocks } from "./simulated-blocks.js";
import { type SimulatedFile, SimulatedFiles } from "./simulated-files.js";

export interface SimulateOptions {
  /** Triggered events of each training set, or of each particle. */
  readonly events: number;
  /** The same seed gives the same files. */
  readonly seed: number;
  /** Folder the files go to. */
  readonly output: string;
  /** `gamma`, `gamma_point`, `electron`, `proton`, `muon`: only these; without it, the sets of the demonstration. */
  readonly particles?: readonly string[];
  /** `sst1m` (the pair at Ondřejov, the default), `lst4`, `mixed` (4 LST and 9 MST). */
  readonly array?: string;
  /** `ondrejov`, `la-palma`, `paranal`: elsewhere than where the array stands. */
  readonly site?: string;
  /** Zenith angle of the pointing, deg; 20 without it. */
  readonly zenithDeg?: number;
  /** Azimuth of the pointing, deg from north through east; 180 without it. */
  readonly azimuthDeg?: number;
  /** Light of the night sky in units of a dark sky; 1 without it. */
  readonly nightSky?: number;
  /** Index of the power law of the energies; −2 without it. */
  readonly spectralIndex?: number;
  /** Range of the energies, TeV; without it, what suits array and particle. */
  readonly energyTeV?: readonly [number, number];
  /** Half angle of the cone of directions, deg; 0 is a point source. */
  readonly viewConeDeg?: number;
  /** Offset of the source, or of the cone's axis, from the pointing, deg. */
  readonly sourceOffsetDeg?: number;
  /** Version of ctapipe's data model: `v6.0.0`, `v7.1.0` (the default), `v7.6.0`. */
  readonly dataModel?: string;
  /** A new file after so many events. */
  readonly eventsPerFile?: number;
  /** Threads, one for each core of this process without it; their number changes nothing in the files. */
  readonly threads?: number;
  /** Replace files of other simulations that stand in the way. */
  readonly overwrite?: boolean;
  /** Called every few events. */
  readonly onProgress?: (done: number, total: number) => void;
}

const meanSecondsBetweenEvents = 0.02;

/** Threads pay from so many blocks of events on. */
const blocksWorthThreads = 6;

/** Random numbers of a run that belong to none of its blocks. */
function runRandom({ seed, obsId }: RunPlan): RandomGenerator {
  return new RandomGenerator(seed, (obsId * 1_000_003 - 1) >>> 0);
}

/** The blocks of a run, and the times of their events. */
function blockTasks(plan: RunPlan): BlockTask[] {
  const random = runRandom(plan);
  let seconds = 0;
  return Array.from({ length: Math.ceil(plan.events / blockEvents) }, (_, block) => {
    const events = Math.min(blockEvents, plan.events - block * blockEvents);
    const timesS = Float64Array.from({ length: events }, () => {
      seconds += random.exponential(meanSecondsBetweenEvents);
      return seconds;
    });
    return { plan, block, timesS };
  });
}

async function writeFile(
  { path, plan }: PlannedFile,
  blocks: AsyncIterator<EventBlock>,
  onEvents: (events: number) => void,
): Promise<SimulatedFile> {
  const began = performance.now();
  const conditions = runConditions(plan);
  const random = new RandomGenerator(plan.seed, (plan.obsId * 1_000_003 - 2) >>> 0);
  const productId = Uint8Array.from({ length: 16 }, () => random.integer(256));
  const file = await createDl1File(path, { plan, conditions, productId });
  try {
    for (let done = 0; done < plan.events; done += blockEvents) {
      const { value } = await blocks.next();
      file.add(value as EventBlock);
      onEvents(Math.min(blockEvents, plan.events - done));
    }
    await file.close();
  } catch (error) {
    file.abort();
    throw error;
  }
  const telescopes = conditions.array.telescopes.map(({ id, name }) => ({ id, name, images: file.images.get(id)! }));
  const images = telescopes.reduce((sum, telescope) => sum + telescope.images, 0);
  const seconds = (performance.now() - began) / 1000;
  return { path, particle: plan.particle.name, events: plan.events, images, telescopes, seconds };
}

/**
 * Simulates showers seen by an array of Cherenkov telescopes, by default the two of SST-1M, and writes them as DL1 files
 * of ctapipe's data model. Every file appears under its name when it is complete; a finished file of the same simulation
 * is kept, so that an interrupted one goes on. What is simulated and how good it is: docs/simulation.md.
 * @throws {ConfigError} for an option that cannot be right
 * @throws {OutputError} when a file cannot be written or another stands in its place
 */
export async function simulate({ onProgress, ...options }: SimulateOptions): Promise<SimulatedFiles> {
  const settings = checkSettings(options);
  const files = plannedFiles(settings, resolve(settings.output));
  const finished: (SimulatedFile | null)[] = [];
  for (const file of files) finished.push(settings.overwrite ? null : await finishedFile(file));
  const tasks = files.filter((_, i) => !finished[i]).flatMap(({ plan }) => blockTasks(plan));
  const threads = settings.threads ?? (tasks.length < blocksWorthThreads ? 1 : workerCount());
  const blocks = simulatedBlocks(tasks, threads);
  const total = tasks.reduce((sum, { timesS }) => sum + timesS.length, 0);
  let done = 0;
  const result = new SimulatedFiles();
  try {
    for (const [i, file] of files.entries()) {
      const onEvents = (events: number): void => {
        done += events;
        onProgress?.(done, total);
      };
      result.push(finished[i] ?? (await writeFile(file, blocks, onEvents)));
    }
  } finally {
    await blocks.return(undefined);
  }
  return result;
}
