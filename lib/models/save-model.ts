import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { io } from "@tensorflow/tfjs-core";
import { tf } from "../engine/tensorflow.js";
import { beginFile, finishFile } from "../files/unfinished-files.js";
import { outputError, temporaryName } from "../files/write-atomically.js";
import { type ModelFile, topologyFile, weightsFile } from "./model-file.js";

/**
 * Saves a network as a tfjs LayersModel, `model.json` and `weights.bin` (float32), into `folder`. A folder of that name is
 * replaced only when the new one is complete.
 * @throws {OutputError}
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  const temporary = temporaryName(folder);
  const former = temporaryName(`${folder}.former`);
  beginFile(temporary);
  try {
    await mkdir(temporary, { recursive: true });
    const save = async (artifacts: io.ModelArtifacts): Promise<io.SaveResult> => {
      const file: ModelFile = {
        format: "layers-model",
        generatedBy: artifacts.generatedBy ?? "TensorFlow.js tfjs-layers",
        modelTopology: artifacts.modelTopology as object,
        weightsManifest: [{ paths: [weightsFile], weights: artifacts.weightSpecs ?? [] }],
      };
      await writeFile(join(temporary, topologyFile), JSON.stringify(file));
      await writeFile(
        join(temporary, weightsFile),
        new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData)),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    };
    await model.save({ save });
    await mkdir(dirname(folder), { recursive: true });
    await rename(folder, former).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(temporary, folder);
    await rm(former, { recursive: true, force: true });
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw outputError(folder, cause);
  } finally {
    finishFile(temporary);
  }
}
