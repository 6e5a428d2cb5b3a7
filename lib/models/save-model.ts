import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { io } from "@tensorflow/tfjs-core";
import { tf } from "../engine/tensorflow.js";
import { writeFolderAtomically } from "../files/write-folder-atomically.js";
import { type ModelFile, topologyFile, weightsFile } from "./model-file.js";

/**
 * Saves a network as a tfjs LayersModel, `model.json` and `weights.bin` (float32), into `folder`. A folder of that name is
 * replaced only when the new one is complete.
 * @throws {OutputError}
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  await writeFolderAtomically(folder, (temporary) => {
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
    return model.save({ save });
  });
}
