import { Command, InvalidArgumentError, Option } from "commander";
import type { Level } from "../reports/dl2-algorithm.js";
import { cutOption } from "./cut-option.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly output: string;
  readonly level: Level;
  readonly hours: number;
  readonly alpha: number;
  readonly maxOffset: number;
  readonly telescope?: number;
  readonly offsetEdges?: readonly number[];
  readonly multiplicities?: readonly number[];
  readonly cut: readonly string[];
  readonly fullEnclosure?: true;
  readonly instrument?: string;
  readonly json?: true;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("a number above 0 is needed");
  return value;
}

function list(text: string): number[] {
  const values = text.split(",").map(Number);
  if (text.trim() === "" || !values.every(Number.isFinite)) {
    throw new InvalidArgumentError("numbers with commas between them are needed");
  }
  return values;
}

/** `cherenkit irf FILE… --output IRF.fits` */
export function irfCommand(): Command {
  return new Command("irf")
    .description("cuts with the best sensitivity, and the instrument response as a GADF file")
    .argument("<files...>", "DL2 files of gammas and protons with type, energy and direction, together or apart")
    .requiredOption("--output <file>", "FITS file for gammapy")
    .addOption(
      new Option("--level <level>", "one row per telescope image, or per event")
        .choices(["telescope", "subarray"])
        .default("subarray"),
    )
    .option("--telescope <id>", "the telescope, where --level telescope has several", wholeNumber)
    .option("--hours <h>", "observation time", positive, 50)
    .option("--alpha <ratio>", "size of the on region over that of the off regions", positive, 0.2)
    .option("--max-offset <deg>", "largest offset of background and of diffuse gammas", positive, 1)
    .option("--offset-edges <deg,deg,…>", "edges of bins of offset for the response, of diffuse gammas", list)
    .option("--multiplicities <n,n,…>", "fewest telescopes that the search for cuts tries", list)
    .option(...cutOption)
    .option("--full-enclosure", "leave the cut on theta out of effective area and energy dispersion")
    .option("--instrument <name>", "name in the file's headers")
    .option("--json", "cuts and sensitivity as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  cherenkit irf models/*/singlecnn/predict/*.dl2.h5 --output irf.fits --cut 'leakage_intensity_width_2 < 0.2'",
    )
    .action(async (files: string[], options: Options) => {
      const { responseOfFiles } = await import("../reports/response-of-files.js");
      const made = await responseOfFiles(files, {
        level: options.level,
        telescope: options.telescope,
        hours: options.hours,
        alpha: options.alpha,
        offsetMaxDeg: options.maxOffset,
        offsetEdgesDeg: options.offsetEdges,
        multiplicities: options.multiplicities,
        cuts: options.cut,
        fullEnclosure: options.fullEnclosure === true,
      });
      await made.write(options.output, options.instrument ? { INSTRUME: options.instrument } : {});
      if (options.json) {
        const { cuts, hours } = made;
        console.log(
          JSON.stringify({ output: options.output, hours, cuts, fluxErg: made.fluxSensitivityErg() }, null, 2),
        );
      } else {
        console.log(made.toString());
        console.log(`written: ${options.output}`);
      }
      for (const note of made.notes) process.stderr.write(`note: ${note}\n`);
    });
}
