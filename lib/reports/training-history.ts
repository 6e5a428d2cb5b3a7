import { readFile } from "node:fs/promises";
import { InputError } from "../errors.js";
import type { EpochRecord } from "../training/epoch-record.js";

const own = new Set(["epoch", "loss", "val_loss", "lr"]);

/**
 * The epochs of a training_log.csv (ours or CTLearn's). What the file does not hold, speeds and times, is NaN.
 * @throws {InputError} when it cannot be read or is no such log
 */
export async function readTrainingLog(path: string): Promise<EpochRecord[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new InputError(`the training log ${path} cannot be read: ${(cause as Error).message}`, {
      place: path,
      cause,
    });
  }
  const [head, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = (head ?? "").split(",").map((name) => name.trim());
  if (!names.includes("epoch") || !names.includes("loss")) {
    throw new InputError(`${path} is no training log: its first line names no epoch and loss`, { place: path });
  }
  return lines.map((line) => {
    const cells = line.split(",");
    const value = (name: string): number => {
      const cell = cells[names.indexOf(name)]?.trim() ?? "";
      return cell === "" ? Number.NaN : Number(cell);
    };
    return {
      epoch: value("epoch"),
      loss: value("loss"),
      val_loss: value("val_loss"),
      learningRate: value("lr"),
      metrics: Object.fromEntries(names.filter((name) => !own.has(name)).map((name) => [name, value(name)])),
      imagesPerSecond: Number.NaN,
      waitShare: Number.NaN,
      seconds: Number.NaN,
      memoryMB: Number.NaN,
    };
  });
}
