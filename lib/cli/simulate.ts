import { Command, InvalidArgumentError } from "commander";
import { counted } from "../display/counted.js";
import type { SimulateOptions } from "../simulation/simulate.js";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("a number is needed");
  return value;
}

/** `0.5,100` → two numbers. */
function range(text: string): [number, number] {
  const parts = text.split(/[,:]/).map(number);
  if (parts.length !== 2) throw new InvalidArgumentError("two numbers are needed, such as 0.5,100");
  return [parts[0]!, parts[1]!];
}

interface CommandOptions {
  readonly events: number;
  readonly seed: number;
  readonly output: string;
  readonly particle: readonly string[];
  readonly array: string;
  readonly site?: string;
  readonly zenith: number;
  readonly azimuth: number;
  readonly nsb: number;
  readonly index?: number;
  readonly energy?: [number, number];
  readonly viewCone?: number;
  readonly offset?: number;
  readonly dataModel: string;
  readonly eventsPerFile?: number;
  readonly threads?: number;
  readonly overwrite?: true;
  readonly json?: true;
}

function simulateOptions(options: CommandOptions): SimulateOptions {
  const { particle, zenith, azimuth, nsb, index, energy, viewCone, offset } = options;
  const { events, seed, output, array, site, dataModel, eventsPerFile, threads, overwrite } = options;
  return {
    ...{ events, seed, output, array, site, dataModel, eventsPerFile, threads, overwrite },
    particles: particle.length > 0 ? particle : undefined,
    zenithDeg: zenith,
    azimuthDeg: azimuth,
    nightSky: nsb,
    spectralIndex: index,
    energyTeV: energy,
    viewConeDeg: viewCone,
    sourceOffsetDeg: offset,
  };
}

/** `cherenkit simulate` */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("write DL1 files of simulated showers seen by an array of Cherenkov telescopes")
    .option("--events <n>", "triggered events of each training set, or of each particle", wholeNumber, 3000)
    .option("--seed <n>", "the same seed gives the same events", wholeNumber, 1)
    .option("--output <folder>", "where the files go", "data/demo")
    .option(
      "--particle <name>",
      "only these, all events of each in one set: gamma, gamma_point, electron, proton, muon (may be repeated)",
      collect,
      [],
    )
    .option("--array <name>", "sst1m (two SST-1M), lst4 (four LST), mixed (four LST and nine MST)", "sst1m")
    .option("--site <name>", "ondrejov, la-palma, paranal; without it, where the array stands")
    .option("--zenith <deg>", "zenith angle of the pointing", number, 20)
    .option("--azimuth <deg>", "azimuth of the pointing, from north through east", number, 180)
    .option("--nsb <level>", "light of the night sky, 1 is dark", number, 1)
    .option("--index <number>", "index of the energies' power law (default: -2)", number)
    .option("--energy <TeV,TeV>", "range of the energies; without it, what suits array and particle", range)
    .option("--view-cone <deg>", "half angle of the cone of directions, 0 for a point source", number)
    .option("--offset <deg>", "offset of source or cone from the pointing", number)
    .option("--data-model <version>", "version of ctapipe's data model: v6.0.0, v7.1.0, v7.6.0", "v7.1.0")
    .option("--events-per-file <n>", "begin a new file after so many events", wholeNumber)
    .option("--threads <n>", "threads; without it, one for each core", wholeNumber)
    .option("--overwrite", "replace files of other simulations that stand in the way")
    .option("--json", "print the list of files as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit simulate --events 3000 --seed 1 --output data/demo\n" +
        "  cherenkit simulate --events 10000 --particle gamma --particle proton --array mixed --zenith 40 --output data/mixed",
    )
    .action(async (options: CommandOptions) => {
      const { simulate } = await import("../simulation/simulate.js");
      const { Progress } = await import("../display/progress.js");
      let progress: InstanceType<typeof Progress> | undefined;
      const files = await simulate({
        ...simulateOptions(options),
        onProgress: (done: number, total: number) => {
          progress ??= new Progress("simulating", total, "events");
          progress.update(done);
        },
      }).finally(() => progress?.stop());
      if (options.json) console.log(JSON.stringify(files, null, 2));
      else
        for (const file of files)
          console.log(`${file.path}  ${counted(file.events, "event")}, ${counted(file.images, "image")}`);
    });
}
