import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { counted } from "../display/counted.js";
import { ConfigError } from "../errors.js";
import type { MergedFile } from "../preparation/merge-files.js";
import type { MergeGroup, RunRange } from "../preparation/merge-groups.js";
import { tellError } from "./tell-error.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly output: string;
  readonly runs: RunRange[];
  readonly parts?: number;
  readonly filesEach?: number;
  readonly name?: string;
  readonly reduce?: true;
  readonly skipBroken?: true;
  readonly overwrite?: true;
  readonly json?: true;
}

/** `100-199`, or one run `100`. */
function runRange(text: string, previous: RunRange[]): RunRange[] {
  const [, first, last] = text.match(/^(\d+)(?:-(\d+))?$/) ?? [];
  const range = { first: Number(first), last: Number(last ?? first) };
  if (first === undefined || range.last < range.first) throw new InvalidArgumentError("for example 100-199");
  return [...previous, range];
}

/** Which files become which one. */
async function plannedFiles(
  files: readonly string[],
  options: Options,
): Promise<{ output: string; files: readonly string[] }[]> {
  const { groupName, groupsByCount, groupsByRuns, runFiles } = await import("../preparation/merge-groups.js");
  const { output, runs, parts, filesEach } = options;
  if ([runs.length > 0, parts !== undefined, filesEach !== undefined].filter(Boolean).length > 1) {
    throw new ConfigError("--runs, --parts and --files-each exclude each other", { remedy: "choose one" });
  }
  const known = await runFiles(files, options.skipBroken ? (_, error) => tellError(error) : undefined);
  if (known.length === 0) throw new ConfigError("no file is left to merge", { remedy: "see the messages above" });
  const count = parts ?? (filesEach ? Math.ceil(known.length / filesEach) : 0);
  if (runs.length === 0 && count === 0) {
    if (statSync(output, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ConfigError(`${output} is a folder`, { remedy: "name a file, or use --parts, --files-each or --runs" });
    }
    return [{ output, files: known.map(({ path }) => path) }];
  }
  const groups: MergeGroup[] = runs.length > 0 ? groupsByRuns(known, runs) : groupsByCount(known, count);
  if (groups.length === 0) throw new ConfigError("no file has runs in these ranges", { place: "--runs" });
  return groups.map((group) => ({ output: join(output, groupName(group, options.name)), files: group.files }));
}

/** `cherenkit merge FILE… --output FILE|FOLDER` */
export function mergeCommand(): Command {
  return new Command("merge")
    .description("write DL1 or DL2 files of ctapipe as fewer and larger ones, by runs")
    .argument("<files...>", "HDF5 files of one array, or folders with them")
    .requiredOption("--output <path>", "the file to write; a folder with --parts, --files-each or --runs")
    .option("--parts <n>", "write so many files of about equal size", wholeNumber)
    .option("--files-each <n>", "merge at most so many files into one", wholeNumber)
    .option("--runs <first-last>", "write one file of these runs (may be repeated)", runRange, [])
    .option("--name <text>", "begin of the names of --parts, --files-each and --runs; e.g. gamma")
    .option("--reduce", "leave out what training does not need, as cherenkit reduce does")
    .option("--skip-broken", "list files that cannot be read, and merge the others")
    .option("--overwrite", "replace files that are there already; without it they are left as they are")
    .option("--json", "print what was written as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit merge data/gamma/ --files-each 50 --name gamma --output data/merged")
    .action(async (paths: string[], options: Options) => {
      const { findFiles } = await import("../files/find-files.js");
      const { mergeFiles } = await import("../preparation/merge-files.js");
      const { neededByTraining } = await import("../preparation/needed-groups.js");
      const { Progress } = await import("../display/progress.js");
      const files = findFiles(paths, (name) => name.endsWith(".h5"));
      const merged: MergedFile[] = [];
      for (const { output, files: some } of await plannedFiles(files, options)) {
        if (some.some((path) => resolve(path) === resolve(output))) {
          throw new ConfigError(`${output} would be merged into itself`, { remedy: "choose another output" });
        }
        if (existsSync(output) && !options.overwrite) {
          process.stderr.write(`${output} is there already and was left as it is\n`);
          continue;
        }
        let progress: InstanceType<typeof Progress> | undefined;
        const file = await mergeFiles(some, output, {
          activity: "cherenkit merge",
          keep: options.reduce ? neededByTraining() : undefined,
          onProgress: (done, total) => {
            progress ??= new Progress("merging", total, "rows");
            progress.update(done);
          },
        }).finally(() => progress?.stop());
        merged.push(file);
        if (!options.json) console.log(`${output}: ${counted(some.length, "file")}, ${counted(file.events, "event")}`);
      }
      if (options.json) console.log(JSON.stringify(merged, null, 2));
    });
}
