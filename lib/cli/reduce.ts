import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { ConfigError, exitCodes } from "../errors.js";
import type { MergedFile } from "../preparation/merge-files.js";
import { leftOutByReduce } from "../preparation/needed-groups.js";
import { tellError } from "./tell-error.js";

interface Options {
  readonly output: string;
  readonly keep: string[];
  readonly trueImages: boolean;
  readonly overwrite?: true;
  readonly json?: true;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toPrecision(3);

function sizes(bytesBefore: number, bytes: number): string {
  const saved = Math.round(100 * (1 - bytes / Math.max(1, bytesBefore)));
  return `${megabytes(bytesBefore)} → ${megabytes(bytes)} MB (${saved} % saved)`;
}

/** `cherenkit reduce FILE… --output FOLDER` */
export function reduceCommand(): Command {
  return new Command("reduce")
    .description("write DL1 files again without waveforms and what else training does not need")
    .argument("<files...>", "HDF5 files of ctapipe, or folders with them")
    .requiredOption("--output <folder>", "where the smaller files go, under the same names")
    .addOption(
      new Option("--keep <group>", "keep this group all the same (may be repeated)")
        .choices(leftOutByReduce)
        .argParser((value: string, previous: string[]) => {
          if (leftOutByReduce.includes(value)) return [...previous, value];
          throw new ConfigError(`${value} is not left out`, { remedy: `groups: ${leftOutByReduce.join(", ")}` });
        })
        .default([], "none"),
    )
    .option("--no-true-images", "leave out true images too; ctapipe's EventSource cannot read the file then")
    .option("--overwrite", "replace files that are there already; without it they are left as they are")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      `\nLeft out: ${leftOutByReduce.join(", ")}\n\nExample:\n  cherenkit reduce data/raw/ --output data/reduced`,
    )
    .action(async (paths: string[], options: Options) => {
      const { findFiles } = await import("../files/find-files.js");
      const { reduceFile } = await import("../preparation/reduce-file.js");
      const reduced: MergedFile[] = [];
      const files = findFiles(paths, (name) => name.endsWith(".h5"));
      const names = files.map((path) => basename(path));
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice) throw new ConfigError(`two files are named ${twice}`, { remedy: "reduce one folder at a time" });
      for (const [i, path] of files.entries()) {
        const output = join(options.output, names[i]!);
        if (resolve(path) === resolve(output)) {
          throw new ConfigError(`${path} would be replaced`, { remedy: "choose another folder as --output" });
        }
        if (existsSync(output) && !options.overwrite) {
          process.stderr.write(`${output} is there already and was left as it is\n`);
          continue;
        }
        try {
          const file = await reduceFile(path, output, options);
          reduced.push(file);
          if (!options.json) console.log(`${output}: ${sizes(file.bytesBefore, file.bytes)}`);
        } catch (error) {
          tellError(error);
          process.exitCode = exitCodes.failed;
        }
      }
      if (options.json) console.log(JSON.stringify(reduced, null, 2));
      else if (reduced.length > 1) {
        const sum = (of: (file: MergedFile) => number): number => reduced.reduce((total, file) => total + of(file), 0);
        const [before, after] = [sum(({ bytesBefore }) => bytesBefore), sum(({ bytes }) => bytes)];
        console.log(`${reduced.length} files: ${sizes(before, after)}`);
      }
    });
}
