import { Command } from "commander";
import { wholeNumber } from "./whole-number.js";

/** `cherenkit demo`: the whole way, from nothing to compared models. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("simulate showers, train four small networks, write their reports and a comparison")
    .option("--events <n>", "triggered events of each training set", wholeNumber, 3000)
    .addHelpText("after", "\nExample:\n  cherenkit demo")
    .action(async (options: { events: number }) => {
      const { runDemo } = await import("./run-demo.js");
      await runDemo(options.events);
    });
}
