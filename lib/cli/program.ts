import { readFileSync } from "node:fs";
import { Command, Help, type Option } from "commander";
import { endTidily } from "./end-tidily.js";

interface PackageFile {
  readonly version: string;
}

/** Commands that write files by themselves; a signal ends them, and takes their unfinished files away. */
const writesFiles = [
  ...["simulate", "convert", "merge", "reduce", "examples", "images", "calibrate"],
  ...["import", "export", "quantise", "render", "irf"],
];

/**
 * All commands but set-up and doctor, in the order of the help. A command's file is read when the command is wanted: to read
 * them all takes longer than many a command needs.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  simulate: async () => (await import("./simulate.js")).simulateCommand(),
  calibrate: async () => (await import("./calibrate.js")).calibrateCommand(),
  convert: async () => (await import("./convert.js")).convertCommand(),
  merge: async () => (await import("./merge.js")).mergeCommand(),
  reduce: async () => (await import("./reduce.js")).reduceCommand(),
  inspect: async () => (await import("./inspect.js")).inspectCommand(),
  examples: async () => (await import("./examples.js")).examplesCommand(),
  images: async () => (await import("./images.js")).imagesCommand(),
  prepare: async () => (await import("./stages.js")).stageCommand("prepare"),
  train: async () => (await import("./stages.js")).stageCommand("train"),
  test: async () => (await import("./stages.js")).stageCommand("test"),
  report: async () => (await import("./stages.js")).stageCommand("report"),
  compare: async () => (await import("./compare.js")).compareCommand(),
  summary: async () => (await import("./summary.js")).summaryCommand(),
  import: async () => (await import("./import.js")).importCommand(),
  export: async () => (await import("./export.js")).exportCommand(),
  quantise: async () => (await import("./quantise.js")).quantiseCommand(),
  predict: async () => (await import("./predict.js")).predictCommand(),
  evaluate: async () => (await import("./evaluate.js")).evaluateCommand(),
  irf: async () => (await import("./irf.js")).irfCommand(),
  cache: async () => (await import("./cache.js")).cacheCommand(),
  submit: async () => (await import("./submit.js")).submitCommand(),
  status: async () => (await import("./status.js")).statusCommand(),
  logs: async () => (await import("./logs.js")).logsCommand(),
  cancel: async () => (await import("./cancel.js")).cancelCommand(),
  wait: async () => (await import("./wait.js")).waitCommand(),
  run: async () => (await import("./run.js")).runCommand(),
  render: async () => (await import("./render.js")).renderCommand(),
  lab: async () => (await import("./lab.js")).labCommand(),
  kernel: async () => (await import("./kernel.js")).kernelCommand(),
  demo: async () => (await import("./demo.js")).demoCommand(),
};

/** An option that may be repeated is, to begin with, an empty list; nobody needs to know. */
const optionDescription = (option: Option): string =>
  new Help().optionDescription(option).replace(" (default: [])", "");

/**
 * `cherenkit`, before it is given a command line.
 * @param name the one command that is wanted; all are there when there is none of that name
 */
export async function program(name?: string): Promise<Command> {
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
  const wanted = name !== undefined && Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands);
  for (const load of wanted) {
    const sub = await load();
    if (writesFiles.includes(sub.name())) sub.hook("preAction", endTidily);
    command.addCommand(sub);
  }
  const everything = [command, ...command.commands, ...command.commands.flatMap((sub) => sub.commands)];
  for (const each of everything) each.exitOverride().configureHelp({ ...each.configureHelp(), optionDescription });
  return command;
}
