import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { counted } from "../display/counted.js";
import { ConfigError, exitCodes } from "../errors.js";
import type { Conversion } from "../preparation/convert-file.js";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

interface Share {
  readonly share: number;
  readonly count: number;
}

interface Options {
  readonly output: string;
  readonly from?: string;
  readonly config?: string;
  readonly waveforms?: true;
  readonly option: string[];
  readonly parallel?: number;
  readonly overwrite?: true;
  readonly shard?: Share;
  readonly cluster?: string;
  readonly tasks?: number;
  readonly runFolder?: string;
  readonly json?: true;
}

/** `2/10` */
function shard(text: string): Share {
  const [, share, count] = text.match(/^(\d+)\/(\d+)$/) ?? [];
  if (!share || Number(share) < 1 || Number(share) > Number(count)) throw new InvalidArgumentError("for example 2/10");
  return { share: Number(share), count: Number(count) };
}

async function inputFiles(paths: readonly string[], { from, shard: part }: Options): Promise<string[]> {
  const { findFiles } = await import("../files/find-files.js");
  const { shareOf } = await import("../preparation/convert-files.js");
  const listed = from
    ? readFileSync(from, "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
    : [];
  const files = findFiles([...paths, ...listed], (name) => /\.simtel(\.(gz|zst|bz2))?$/.test(name));
  return part ? shareOf(files, part) : files;
}

function tell({ input, output, outcome, events, reason, seconds }: Conversion): void {
  if (events !== null) console.error(`${output}: ${counted(events, "event")}, ${seconds.toFixed(1)} s`);
  else if (outcome === "there already") console.error(`${output} is there already and was left as it is`);
  else console.error(`broken: ${input}: ${reason}`);
}

async function convertHere(paths: readonly string[], options: Options): Promise<void> {
  const { ctapipeProcess } = await import("../preparation/ctapipe.js");
  const { convertFiles } = await import("../preparation/convert-files.js");
  const { ownedCores } = await import("../threads/worker-count.js");
  const { writeFileAtomically } = await import("../files/write-atomically.js");
  const files = await inputFiles(paths, options);
  // The scheduler warns before the time is over; what is finished stays, and the next try goes on from there.
  process.once("SIGUSR1", () => process.exit(exitCodes.interrupted));
  let written = 0;
  const conversions = await convertFiles(
    files,
    options.output,
    {
      program: await ctapipeProcess(),
      config: options.config ?? null,
      waveforms: options.waveforms === true,
      options: options.option,
      parallel: options.parallel ?? ownedCores(),
      overwrite: options.overwrite === true,
    },
    (conversion) => {
      tell(conversion);
      if (conversion.outcome === "written") written++;
      if (options.runFolder)
        void writeFileAtomically(join(options.runFolder, "progress"), `${counted(written, "file")}\n`);
    },
  );
  const name = options.shard ? `conversion-${options.shard.share}of${options.shard.count}.json` : "conversion.json";
  const report = join(options.output, name);
  await writeFileAtomically(report, `${JSON.stringify(conversions, null, 2)}\n`);
  const count = (outcome: Conversion["outcome"]): number =>
    conversions.filter((conversion) => conversion.outcome === outcome).length;
  const broken = count("broken");
  if (options.json) console.log(JSON.stringify(conversions, null, 2));
  else {
    console.log(
      `${counted(count("written"), "file")} written, ${count("there already")} there already, ${broken} broken; see ${report}`,
    );
  }
  // One broken file must not end the jobs that wait for an array, but a task that could do nothing has a reason of its own.
  const fatal = options.shard ? broken === conversions.length && broken > 0 : broken > 0;
  if (fatal) process.exitCode = exitCodes.failed;
}

/** Submits the work as an array job whose tasks share the files. */
async function submit(paths: readonly string[], options: Options, cluster: string): Promise<void> {
  const { projectFolder } = await import("../files/project-folder.js");
  const { loadProfile } = await import("../slurm/load-profile.js");
  const { planConversion } = await import("../slurm/plan-conversion.js");
  const { checkLogPaths, submitJobs } = await import("../slurm/submit.js");
  const { submittedTable } = await import("../slurm/submitted-table.js");
  const { ctapipeProcess } = await import("../preparation/ctapipe.js");
  const profile = await loadProfile(cluster, projectFolder);
  if (profile.scheduler === "local") return convertHere(paths, options);
  const files = (await inputFiles(paths, options)).map((path) => resolve(path));
  await ctapipeProcess(); // compute nodes may not reach the package index
  const job = await planConversion(
    files,
    resolve(options.output),
    profile,
    Math.min(options.tasks ?? 10, files.length),
    [
      ...(options.config ? ["--config", resolve(options.config)] : []),
      ...(options.waveforms ? ["--waveforms"] : []),
      ...(options.overwrite ? ["--overwrite"] : []),
      ...options.option.flatMap((one) => ["--option", one]),
    ],
  );
  checkLogPaths([job]);
  const submitted = await submitJobs([job], cluster, { project: projectFolder, profile, retryOom: null });
  if (options.json)
    console.log(
      JSON.stringify(
        submitted.map(({ id }) => ({ id, folder: job.folder })),
        null,
        2,
      ),
    );
  else console.log(submittedTable(submitted).toText());
}

/** `cherenkit convert FILE… --output FOLDER` */
export function convertCommand(): Command {
  return new Command("convert")
    .description("convert simulation files (simtel) to DL1 with ctapipe-process, many at a time")
    .argument("[files...]", "simtel files, or folders with them; anything that ctapipe-process reads")
    .requiredOption("--output <folder>", "where the DL1 files go; conversion.json there lists what became of each file")
    .option("--from <list>", "text file with one file a line")
    .option("--config <file>", "configuration of ctapipe-process")
    .option("--waveforms", "write calibrated waveforms (R1) as well")
    .option("--option <text>", "another option of ctapipe-process (may be repeated)", collect, [])
    .option("--parallel <n>", "so many files at a time; without it one for each core of this job", wholeNumber)
    .option("--overwrite", "convert again what is there already")
    .option("--shard <i/n>", "only the i-th of n shares of the files", shard)
    .option("--cluster <name>", "submit it as a SLURM array; profile in configs/clusters, or a YAML file")
    .option("--tasks <n>", "tasks of that array; 10 without it", wholeNumber)
    .addOption(new Option("--run-folder <folder>").hideHelp())
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nctapipe is taken from CHERENKIT_CTAPIPE or the PATH, else installed into the cache on first use. The exit code is 1\nwhen files were broken, of a task of an array when all of its share were; the others are converted all the same.\n\nExamples:\n  cherenkit convert data/simtel/ --output data/dl1\n  cherenkit convert data/simtel/ --output data/dl1 --cluster baobab --tasks 50",
    )
    .action(async (paths: string[], options: Options) => {
      if (paths.length === 0 && !options.from) {
        throw new ConfigError("no file is named", { remedy: "name files or folders, or a list with --from" });
      }
      if (options.cluster) await submit(paths, options, options.cluster);
      else await convertHere(paths, options);
    });
}
