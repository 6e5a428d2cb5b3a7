import { join } from "node:path";
import { modelFolder } from "../config/model-folder.js";
import type { tf } from "../engine/tensorflow.js";
import { loadModel } from "../models/load-model.js";
import { exportOnnx } from "../models/onnx/export-onnx.js";
import { weightsHash } from "../models/read-model.js";
import { compareNetworks, type NetworkComparison } from "./network-comparison.js";
import { openModelData } from "./open-training-data.js";
import { sampleImages } from "./sample-images.js";

/**
 * Writes a trained network as ONNX with float32, float16 and int8 into its folder and measures all of them. Ranges for
 * int8 come from training images; quality is that of the validation images.
 * @param path model folder, e.g. models/energy/singlecnn; its training files must still be there
 * @returns size, time and metrics of TensorFlow and of the three files, in this order
 * @throws {InputError} when the folder holds no model that was trained here, or its files are gone
 */
export async function quantiseModel(path: string): Promise<NetworkComparison> {
  const folder = modelFolder(path);
  const model = await loadModel(folder.model);
  const source = await weightsHash(folder.model);
  const { config, data } = await openModelData(path);
  try {
    const sample = await sampleImages(data);
    const networks: Record<string, tf.LayersModel | string> = { TensorFlow: model };
    const files = { float32: join(path, "model.onnx"), float16: join(path, "model.float16.onnx"), int8: folder.int8 };
    for (const precision of ["float32", "float16", "int8"] as const) {
      const file = files[precision];
      await exportOnnx(model, file, { precision, sample, source });
      networks[`ONNX ${precision}`] = file;
    }
    return await compareNetworks(networks, data, config);
  } finally {
    await data.batches.close();
  }
}
