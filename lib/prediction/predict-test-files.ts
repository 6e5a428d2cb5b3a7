import { existsSync } from "node:fs";
import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.js";
import { type ModelFolder, modelFolder } from "../config/model-folder.js";
import type { PredictionEngine } from "../config/prediction-choices.js";
import { selectFiles } from "../config/select-files.js";
import { ConfigError, InputError } from "../errors.js";
import { keepNewest } from "../files/keep-newest.js";
import { makeFolder } from "../files/make-folder.js";
import { outputError, writeFileAtomically } from "../files/write-atomically.js";
import { latencyMs } from "./latency.js";
import { outputPaths, type PredictOptions, predictFiles } from "./predict-files.js";
import { openPredictionModel } from "./prediction-model.js";
import type { PredictionResult } from "./prediction-result.js";

/** Adds numbers to metrics.json; its other keys stay. */
async function updateMetrics(path: string, numbers: Readonly<Record<string, number>>): Promise<void> {
  let metrics: Record<string, unknown> = {};
  if (existsSync(path)) {
    try {
      metrics = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    } catch (cause) {
      throw new InputError(`${path} is damaged: ${(cause as Error).message}`, {
        place: path,
        remedy: "remove it; the next training or test writes it again",
        cause,
      });
    }
  }
  await writeFileAtomically(path, `${JSON.stringify({ ...metrics, ...numbers }, null, 4)}\n`);
}

/** Predictions of files that are no longer tested would mix with the others in a report: they go to `.previous/`. */
async function setOthersAside(folder: string, previous: string, outputs: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter(
    (name) => name.endsWith(".h5") && !outputs.includes(join(folder, name)),
  );
  if (others.length === 0) return;
  const target = join(previous, `predict-${new Date().toISOString().replaceAll(":", "-")}`);
  try {
    makeFolder(target);
    for (const name of others) await rename(join(folder, name), join(target, name));
    await keepNewest(previous, "predict");
  } catch (cause) {
    throw outputError(target, cause);
  }
}

interface TestNumbers {
  readonly testing_ms: number;
  readonly testing_events: number;
}

/**
 * Adds the numbers of one share to metrics.json. Shares may end at the same time, so each keeps its own in a file, and
 * sums up again until none has come meanwhile.
 */
async function addShard(folder: ModelFolder, shard: { index: number; of: number }, own: TestNumbers): Promise<void> {
  const shares = join(folder.predict, ".shards");
  const suffix = `-of-${shard.of}.json`;
  await writeFileAtomically(join(shares, `${shard.index}${suffix}`), JSON.stringify(own));
  const list = async (): Promise<string[]> => (await readdir(shares)).filter((name) => name.endsWith(suffix));
  for (let names = await list(), before = -1; names.length !== before; names = await list()) {
    before = names.length;
    const all = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(shares, name), "utf8")) as TestNumbers),
    );
    const sum = (key: keyof TestNumbers): number => all.reduce((total, numbers) => total + numbers[key], 0);
    await updateMetrics(folder.metrics, { testing_ms: sum("testing_ms"), testing_events: sum("testing_events") });
  }
}

/** Time from one image, and from 64, to its answer, on this machine. */
async function latencies(path: string, engine: PredictionEngine): Promise<Record<string, number>> {
  const model = await openPredictionModel(path, { engine });
  try {
    const rounded = async (size: number): Promise<number> => Number((await latencyMs(model, size)).toPrecision(4));
    return { latency_ms_1: await rounded(1), latency_ms_64: await rounded(64) };
  } finally {
    await model.close();
  }
}

/**
 * Predicts the test files of a configuration with its trained model: `models/<task>/<name>/predict/<input>.dl2.h5`, and
 * `testing_ms` (the network alone), `testing_events` and the latencies of 1 and of 64 images in metrics.json.
 * @throws {ConfigError} when the configuration has no test files
 * @throws {InputError} when model or files cannot be read, or do not fit
 * @throws {OutputError} when the model folder cannot be written
 */
export async function predictTestFiles(
  config: Config,
  options: Pick<PredictOptions, "workers" | "content" | "typeGroup" | "onProgress"> = {},
): Promise<PredictionResult> {
  const { testing } = config;
  if (!testing) {
    throw new ConfigError(`${config.file} names no test files`, {
      place: config.file,
      remedy: "add testing_model with data_path or files",
    });
  }
  const selected = await Promise.all(testing.files.map(({ selection }) => selectFiles(selection)));
  const files = [...new Set(selected.flat())];
  const folder = modelFolder(config.modelFolder);
  const { shard } = testing;
  const result = await predictFiles({
    ...options,
    shard,
    models: [folder.path],
    files,
    output: folder.predict,
    batchSize: testing.batchSize,
    prefix: testing.prefix,
    engine: testing.engine,
    weights: testing.weights,
    directions: testing.directions,
  });
  if (!shard || shard.index === 1)
    await setOthersAside(folder.predict, folder.previous, outputPaths(files, folder.predict));
  const numbers = { testing_ms: Math.round(1000 * result.seconds.inference), testing_events: result.images };
  if (shard) await addShard(folder, shard, numbers);
  else await updateMetrics(folder.metrics, numbers);
  if (!shard || shard.index === 1) await updateMetrics(folder.metrics, await latencies(folder.path, testing.engine));
  return result;
}
