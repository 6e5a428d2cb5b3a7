import type { Command } from "commander";
import type { Config } from "../config/config.js";
import { ConfigError } from "../errors.js";
import type { Variant } from "../slurm/plan.js";
import { collect, parseAssignments } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

/** In how many ways one configuration is to be trained. */
export interface Variation {
  /** `random_seed`s, `1,2,3`. */
  readonly seeds?: string;
  /** Parts of a k-fold cross-validation. */
  readonly folds?: number;
  /** Values of keys, `optimizer.base_learning_rate=1e-3,1e-4`; every combination is trained. */
  readonly sweep: readonly string[];
}

interface Choice {
  readonly overrides: Readonly<Record<string, string>>;
  /** What the model's name gets behind. */
  readonly suffix: string;
}

/** `a,[b,c],{d: 1}` at the commas outside of brackets. */
export function splitValues(text: string): string[] {
  const values: string[] = [""];
  let depth = 0;
  for (const character of text) {
    if ("[{".includes(character)) depth++;
    if ("]}".includes(character)) depth--;
    if (character === "," && depth === 0) values.push("");
    else values[values.length - 1] += character;
  }
  return values.map((value) => value.trim()).filter((value) => value !== "");
}

const nameOf = (value: string): string => value.replaceAll(/[^\w.+-]+/g, "_").replaceAll(/^_+|_+$/g, "");

/** The dimensions of the grid, each with its choices. */
function dimensions({ seeds, folds, sweep }: Variation): Choice[][] {
  const grid = Object.entries(parseAssignments(sweep)).map(([key, text]) => {
    const values = splitValues(text);
    if (values.length === 0)
      throw new ConfigError(`--sweep ${key} has no values`, { remedy: `for example ${key}=1,2` });
    return values.map((value) => ({
      overrides: { [key]: value },
      suffix: `-${key.split(".").at(-1)}_${nameOf(value)}`,
    }));
  });
  if (seeds !== undefined) {
    const list = splitValues(seeds);
    if (list.length === 0) throw new ConfigError("--seeds has no values", { remedy: "for example --seeds 1,2,3" });
    grid.push(list.map((seed) => ({ overrides: { random_seed: seed }, suffix: `-seed${seed}` })));
  }
  if (folds !== undefined) {
    if (folds < 2) throw new ConfigError(`--folds ${folds}: at least two parts are needed`);
    grid.push(
      Array.from({ length: folds }, (_, i) => ({
        overrides: { fold: `${i + 1}/${folds}` },
        suffix: `-fold${i + 1}of${folds}`,
      })),
    );
  }
  return grid;
}

/** Gives a command the options `--seeds`, `--folds` and `--sweep`. */
export function withVariation(command: Command): Command {
  return command
    .option(
      "--seeds <list>",
      "train each configuration once for each seed, e.g. 1,2,3; models are called <name>-seed<n>",
    )
    .option("--folds <n>", "cross-validation: train once for each of n parts kept for validation", wholeNumber)
    .option(
      "--sweep <key=values>",
      "train once for each value of a key, e.g. optimizer.base_learning_rate=1e-3,1e-4; repeated, every combination",
      collect,
      [],
    );
}

/**
 * Every combination of what is varied, each with a model folder of its own beside the configuration's; the configuration
 * itself when nothing is.
 * @throws {ConfigError} for a key or value that cannot be
 */
export async function configVariants(
  file: string,
  overrides: Readonly<Record<string, string>>,
  variation: Variation,
): Promise<Variant[]> {
  const { openConfig } = await import("../config/load-config.js");
  const read = await openConfig(file);
  const base: Config = read(overrides);
  let choices: Choice[] = [{ overrides: {}, suffix: "" }];
  for (const dimension of dimensions(variation)) {
    choices = choices.flatMap((former) =>
      dimension.map((next) => ({
        overrides: { ...former.overrides, ...next.overrides },
        suffix: former.suffix + next.suffix,
      })),
    );
  }
  return choices.map((choice): Variant => {
    if (choice.suffix === "") return { config: base, overrides };
    const own = { ...overrides, ...choice.overrides, output_dir: `${base.modelFolder}${choice.suffix}` };
    return { config: read(own), overrides: own };
  });
}
