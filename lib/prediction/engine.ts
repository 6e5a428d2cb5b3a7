import { existsSync, readdirSync, realpathSync } from "node:fs";
import type { PredictionEngine } from "../config/prediction-choices.js";
import { bindingFile } from "../engine/binding.js";

/** What computes the networks. */
export type Engine = Exclude<PredictionEngine, "auto">;

/** The library that the TensorFlow binding belongs to, by its path; null when it is not installed. */
function tensorflowLibrary(): string | null {
  const binding = bindingFile();
  return existsSync(binding) ? realpathSync(binding) : null;
}

/** True when TensorFlow would compute on a GPU: told from the disk, since to ask TensorFlow takes 400 MB. */
export function hasGpu(): boolean {
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible === "" || visible === "-1") return false;
  if (!/\/tf-[^/]*-gpu-[^/]*\//.test(tensorflowLibrary() ?? "")) return false;
  return existsSync("/dev") && readdirSync("/dev").some((name) => /^nvidia\d+$/.test(name));
}
