import type { io } from "@tensorflow/tfjs-core";

/** Content of `model.json`, the form of tfjs' LayersModel. */
export interface ModelFile {
  readonly format: "layers-model";
  readonly generatedBy: string;
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly io.WeightsManifestEntry[];
  }[];
}

export const topologyFile = "model.json";

/** All weights one after the other, float32. */
export const weightsFile = "weights.bin";
