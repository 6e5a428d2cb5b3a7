import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Config, ModelConfig } from "../config/config.js";
import type { tf } from "../engine/tensorflow.js";
import { ConfigError } from "../errors.js";
import { attachHeads } from "./build-model.js";
import { type NetworkInput, networkInput } from "./network-input.js";

/** What a module of the user's own gets to build its backbone from. */
export interface BackboneOptions {
  /** `[height, width, channels]` of the images. */
  readonly inputShape: readonly [number, number, number];
  /**
   * Where the images show pixels of the camera, a text of `1` and `0` for each row; undefined when that is not known. For
   * layers that treat places without a pixel apart, e.g. `hexagonalConv2d`.
   */
  readonly pixelCells: readonly string[] | undefined;
  readonly config: ModelConfig;
  readonly seed: number;
}

/** A function that builds a model `[n, height, width, channels]` → `[n, features]` whose name ends in `_block`. */
export type BackboneBuilder = (options: BackboneOptions) => tf.LayersModel;

async function importModule(file: string): Promise<Record<string, unknown>> {
  if (!file.endsWith(".ts")) return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const { default: ts } = await import("typescript");
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(await readFile(file, "utf8"), { compilerOptions: options, fileName: file });
  // Beside the source, so that its imports are found from the same place.
  const folder = await mkdtemp(join(dirname(file), ".cherenkit-"));
  try {
    const compiled = join(folder, "model.mjs");
    await writeFile(compiled, outputText);
    return (await import(pathToFileURL(compiled).href)) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A network whose backbone a function builds, e.g. one in a notebook's cell; cherenkit adds the heads of the tasks.
 * @param images what it will get: the opened training data, or `[height, width, channels]`; from the configuration when
 *   absent
 * @throws {ConfigError} when what it builds does not keep to the contract
 */
export function customModel(
  config: Config,
  builder: BackboneBuilder,
  images?: readonly number[] | NetworkInput,
): tf.LayersModel {
  const { imageShape, pixelCells } = networkInput(config, images);
  const [height, width, channels] = imageShape as [number, number, number];
  const { seed } = config.training;
  const backbone = builder({ inputShape: [height, width, channels], pixelCells, config: config.model, seed });
  if (!backbone?.name?.endsWith("_block") || backbone.outputs[0]!.shape.length !== 2) {
    const name = builder.name || "the function";
    throw new ConfigError(`${name} must give a model whose name ends in _block and whose output is [n, features]`, {
      place: config.model.customModel?.file ?? name,
      remedy: "end it with a global pooling or flatten layer, and name it",
    });
  }
  return attachHeads(config.model, backbone, [height, width, channels], seed);
}

/**
 * A network whose backbone a TypeScript or JavaScript module builds; cherenkit adds the heads of the tasks.
 * `models/custom_model_template.ts` shows such a module.
 * @throws {ConfigError} when the module cannot be loaded or does not keep to the contract
 */
export async function loadCustomModel(config: Config, images: NetworkInput): Promise<tf.LayersModel> {
  const custom = config.model.customModel;
  if (!custom) throw new ConfigError("CustomModel needs model_filename and model_name", { place: config.file });
  let module: Record<string, unknown>;
  try {
    module = await importModule(custom.file);
  } catch (cause) {
    throw new ConfigError(`the custom model ${custom.file} cannot be loaded: ${(cause as Error).message}`, {
      place: custom.file,
      remedy: "start from models/custom_model_template.ts",
      cause,
    });
  }
  const builder = module[custom.name];
  if (typeof builder !== "function") {
    const names = Object.keys(module).join(", ") || "nothing";
    throw new ConfigError(`${custom.file} exports no function ${custom.name}`, {
      place: custom.file,
      remedy: `it exports ${names}`,
    });
  }
  return customModel(config, builder as BackboneBuilder, images);
}
