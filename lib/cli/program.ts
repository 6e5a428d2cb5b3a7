import { readFileSync } from "node:fs";
import { Command } from "commander";
import { cacheCommand } from "./cache.js";
import { calibrateCommand } from "./calibrate.js";
import { cancelCommand } from "./cancel.js";
import { compareCommand } from "./compare.js";
import { convertCommand } from "./convert.js";
import { demoCommand } from "./demo.js";
import { endTidily } from "./end-tidily.js";
import { evaluateCommand } from "./evaluate.js";
import { examplesCommand } from "./examples.js";
import { exportCommand } from "./export.js";
import { imagesCommand } from "./images.js";
import { importCommand } from "./import.js";
import { inspectCommand } from "./inspect.js";
import { irfCommand } from "./irf.js";
import { kernelCommand } from "./kernel.js";
import { labCommand } from "./lab.js";
import { logsCommand } from "./logs.js";
import { mergeCommand } from "./merge.js";
import { predictCommand } from "./predict.js";
import { quantiseCommand } from "./quantise.js";
import { reduceCommand } from "./reduce.js";
import { renderCommand } from "./render.js";
import { runCommand } from "./run.js";
import { simulateCommand } from "./simulate.js";
import { stageCommands } from "./stages.js";
import { statusCommand } from "./status.js";
import { submitCommand } from "./submit.js";
import { summaryCommand } from "./summary.js";
import { waitCommand } from "./wait.js";

interface PackageFile {
  readonly version: string;
}

/** Commands that write files by themselves; a signal ends them, and takes their unfinished files away. */
const writesFiles = [
  ...["simulate", "convert", "merge", "reduce", "examples", "images", "calibrate"],
  ...["import", "export", "quantise", "render", "irf"],
];

/** All commands of `cherenkit`, before they are given a command line. */
export function program(): Command {
  const { version } = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  ) as PackageFile;
  const command = new Command("cherenkit")
    .description("Deep-learning event reconstruction for Imaging Atmospheric Cherenkov Telescopes.")
    .version(version)
    .showHelpAfterError("(cherenkit --help lists the commands, cherenkit COMMAND --help its options)")
    .configureHelp({ showGlobalOptions: false });
  command.command("setup").description("install what is needed (npm packages, TensorFlow, kernel)");
  command.command("doctor").description("say what is there, what is missing, and the remedy");
  const own = [
    simulateCommand(),
    calibrateCommand(),
    convertCommand(),
    mergeCommand(),
    reduceCommand(),
    inspectCommand(),
    examplesCommand(),
    imagesCommand(),
    ...stageCommands(),
    compareCommand(),
    summaryCommand(),
    importCommand(),
    exportCommand(),
    quantiseCommand(),
    predictCommand(),
    evaluateCommand(),
    irfCommand(),
    cacheCommand(),
    submitCommand(),
    statusCommand(),
    logsCommand(),
    cancelCommand(),
    waitCommand(),
    runCommand(),
    renderCommand(),
    labCommand(),
    kernelCommand(),
    demoCommand(),
  ];
  for (const sub of own) {
    if (writesFiles.includes(sub.name())) sub.hook("preAction", endTidily);
    command.addCommand(sub);
  }
  const everything = [command, ...command.commands, ...command.commands.flatMap((sub) => sub.commands)];
  for (const each of everything) each.exitOverride();
  return command;
}
