import { tf } from "./tensorflow.js";

/** True when TensorFlow computes on a GPU. */
export function usesGpu(): boolean {
  // The backend knows, but its type declarations do not say so.
  return (
    "isUsingGpuDevice" in tf.backend() && (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true
  );
}
