import { Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly output: string;
  readonly obsId: number;
  readonly telescope: number;
  readonly gain?: number;
  readonly pointing?: { readonly altDeg: number; readonly azDeg: number };
  readonly json?: true;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number above 0");
  return value;
}

/** `70,180`: altitude and azimuth. */
function direction(text: string): { altDeg: number; azDeg: number } {
  const [altDeg, azDeg, ...more] = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (more.length > 0 || !Number.isFinite(azDeg) || !(Math.abs(altDeg!) <= 90)) {
    throw new InvalidArgumentError("expected altitude and azimuth in degrees, e.g. 70,180");
  }
  return { altDeg: altDeg!, azDeg: azDeg! };
}

const examples = `
Example:
  cherenkit calibrate sst1m.r0.h5 --output sst1m.dl1.h5 --pointing 70,180
  cherenkit predict --model models/energy/cnn sst1m.dl1.h5 --output dl2`;

/** `cherenkit calibrate FILE --output DL1` */
export function calibrateCommand(): Command {
  return new Command("calibrate")
    .description(
      "turn raw SST-1M camera events (R0) into a DL1 file: pedestal, gain, integration, cleaning, parameters",
    )
    .argument("<file>", "HDF5 file with adc_samples, event_type, local_time_sec, … as protozfits names them")
    .requiredOption("--output <file>", "the DL1 file")
    .option("--obs-id <n>", "number of the observation", wholeNumber, 1)
    .option("--telescope <n>", "which SST-1M telescope it was, 1 or 2", wholeNumber, 1)
    .option("--gain <n>", "sum of the ADC counts of one photo-electron (default: 18.7)", positive)
    .option("--pointing <alt,az>", "where the telescope looked, degrees; raw files do not say", direction)
    .option("--json", "print the result as JSON")
    .addHelpText("after", examples)
    .action(async (file: string, options: Options) => {
      const { calibrateFile } = await import("../calibration/calibrate-file.js");
      const { Progress } = await import("../display/progress.js");
      let progress: InstanceType<typeof Progress> | undefined;
      const result = await calibrateFile(file, options.output, {
        obsId: options.obsId,
        telescope: options.telescope,
        adcPerPhotoElectron: options.gain,
        pointing: options.pointing,
        onProgress: (done, total) => {
          progress ??= new Progress("calibrating", total, "events");
          progress.update(done);
        },
      }).finally(() => progress?.stop());
      console.log(options.json ? JSON.stringify(result, null, 2) : result.toString());
    });
}
