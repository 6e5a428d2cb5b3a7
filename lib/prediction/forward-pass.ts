import type { Engine } from "./engine.js";

/** A network ready to look at images, in one of the engines. */
export interface ForwardPass {
  readonly engine: Engine;
  /** `[height, width, channels]` */
  readonly imageShape: readonly number[];
  /** Names and numbers of outputs, in the order of the heads. */
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
  /** Length of what the backbone gives, the output {@link featureOutput}; null when it was not asked for. */
  readonly featureLength: number | null;
  /**
   * Outputs by name, `[size, width]`.
   * @param images `[size, height, width, channels]`; may lie in shared memory, not looked at after the promise is kept
   * @throws {CherenkitError} when there is not enough memory for so many images
   */
  predict(images: Float32Array, size: number): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

/** Name of the backbone's output among those of `predict`. */
export const featureOutput = "feature_vectors";
