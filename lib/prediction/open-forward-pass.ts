import type { PredictionEngine } from "../config/prediction-choices.js";
import { ConfigError } from "../errors.js";
import { NotInOnnxError } from "../models/onnx/not-in-onnx.js";
import { hasGpu } from "./engine.js";
import type { ForwardPass } from "./forward-pass.js";
import { openOnnxForwardPass } from "./onnx-forward-pass.js";

/** How networks are opened. */
export interface OpenOptions {
  readonly engine?: PredictionEngine;
  /** Give the feature vectors too. */
  readonly features?: boolean;
}

/**
 * Opens a saved network in the engine that was chosen. TensorFlow is loaded only when it computes.
 * @throws {InputError} when its files are missing or damaged
 * @throws {ConfigError} when onnxruntime was asked for and cannot compute the network, or has none of 8 bits
 */
export async function openForwardPass(
  folder: string,
  { engine = "auto", features = false }: OpenOptions = {},
): Promise<ForwardPass> {
  if (engine === "onnxruntime-int8") return openOnnxForwardPass(folder, features, "int8");
  if (engine === "onnxruntime" || (engine === "auto" && !hasGpu())) {
    try {
      return await openOnnxForwardPass(folder, features);
    } catch (error) {
      if (!(error instanceof NotInOnnxError)) throw error;
      if (engine === "onnxruntime") {
        throw new ConfigError(`onnxruntime cannot compute the network in ${folder}: ${error.message.split("\n")[0]}`, {
          place: folder,
          remedy: "predict with the engine tensorflow, or auto",
          cause: error,
        });
      }
    }
  }
  const { openTensorflowForwardPass } = await import("./tensorflow-forward-pass.js");
  return openTensorflowForwardPass(folder, features);
}
