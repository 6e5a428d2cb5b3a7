import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type ModelFolder, modelFolder } from "../config/model-folder.js";
import { resolvedYaml } from "../config/resolved-yaml.js";
import { type Cell, DataTable } from "../display/data-table.js";
import type { Variant } from "../slurm/plan.js";
import { runStage } from "./run-stage.js";

interface TrainingNumbers {
  readonly best_val_loss: number | null;
  readonly best_epoch: number | null;
  readonly epochs: number;
  readonly training_ms: number;
}

/** True when the model in the folder was trained by this very configuration. */
function isFinished({ config }: Variant, folder: ModelFolder): boolean {
  return existsSync(folder.card) && readFileSync(folder.config, "utf8") === resolvedYaml(config);
}

/** Models with their smallest validation loss, the best first; the mean and spread of all in the caption. */
export function variantsTable(variants: readonly Variant[]): DataTable {
  const rows = variants.map(({ config }): { loss: number; cells: Cell[] } => {
    const folder = modelFolder(config.modelFolder);
    const numbers = JSON.parse(readFileSync(folder.metrics, "utf8")) as TrainingNumbers;
    const loss = numbers.best_val_loss ?? Number.NaN;
    const best = numbers.best_epoch === null ? null : numbers.best_epoch + 1;
    return { loss, cells: [basename(folder.path), loss, best, numbers.epochs, numbers.training_ms / 1000] };
  });
  rows.sort((a, b) => a.loss - b.loss);
  const mean = rows.reduce((sum, { loss }) => sum + loss, 0) / rows.length;
  const spread = Math.sqrt(rows.reduce((sum, { loss }) => sum + (loss - mean) ** 2, 0) / Math.max(1, rows.length - 1));
  const caption = `smallest validation loss: mean ${mean.toPrecision(4)}, standard deviation ${spread.toPrecision(2)}`;
  return new DataTable(
    ["model", "validation loss", "in epoch", "epochs", "training [s]"],
    rows.map(({ cells }) => cells),
    caption,
  );
}

/**
 * Trains one model after the other; those that are finished are passed over, so that an interrupted sweep goes on where
 * it stopped.
 * @returns the exit code of the first training that did not succeed, else 0
 */
export async function trainVariants(
  variants: readonly Variant[],
  options: { readonly quiet: boolean },
): Promise<{ readonly exitCode: number; readonly table: DataTable | null }> {
  for (const [i, variant] of variants.entries()) {
    const folder = modelFolder(variant.config.modelFolder);
    const name = `${basename(folder.path)} (${i + 1} of ${variants.length})`;
    if (isFinished(variant, folder)) {
      process.stderr.write(`${name}: is trained already\n`);
      continue;
    }
    process.stderr.write(`${name}\n`);
    const result = await runStage("train", variant.config.file, { overrides: variant.overrides, quiet: options.quiet });
    if (result.exitCode !== 0) return { exitCode: result.exitCode, table: null };
  }
  return { exitCode: 0, table: variantsTable(variants) };
}
