import { Command } from "commander";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

/** `cherenkit simulate` */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("write DL1 files of simulated gamma and proton showers seen by the two SST-1M telescopes")
    .option("--events <n>", "triggered events of each training set", wholeNumber, 3000)
    .option("--seed <n>", "the same seed gives the same events", wholeNumber, 1)
    .option("--output <folder>", "where the files go", "data/demo")
    .option("--particle <name>", "only these particles, all events of each in one set (may be repeated)", collect, [])
    .option("--json", "print the list of files as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit simulate --events 3000 --seed 1 --output data/demo")
    .action(async (options: { events: number; seed: number; output: string; particle: string[]; json?: true }) => {
      const { simulate } = await import("../simulation/simulate.js");
      const { Progress } = await import("../display/progress.js");
      let progress: InstanceType<typeof Progress> | undefined;
      const files = await simulate({
        events: options.events,
        seed: options.seed,
        output: options.output,
        particles: options.particle.length > 0 ? options.particle : undefined,
        onProgress: (done: number, total: number) => {
          progress ??= new Progress("simulating", total, "events");
          progress.update(done);
        },
      }).finally(() => progress?.stop());
      if (options.json) console.log(JSON.stringify(files, null, 2));
      else for (const file of files) console.log(`${file.path}  ${file.events} events, ${file.images} images`);
    });
}
