import { CherenkitError } from "../errors.js";

/** What TensorFlow and onnxruntime say when memory, the host's or a GPU's, is at its end. */
const complaints =
  /OOM when allocating|RESOURCE_EXHAUSTED|ResourceExhausted|out of memory|bad_alloc|Failed to allocate memory/i;

/** The error of a step for which there was no memory, in words that help; null when `cause` is another one. */
export function outOfMemory(cause: unknown, batchSize: number | undefined): CherenkitError | null {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (!complaints.test(text)) return null;
  const shape = /tensor with shape\s*\[[\d,]+\]/.exec(text)?.[0];
  return new CherenkitError(
    `there is not enough memory for ${batchSize === undefined ? "this network" : `a batch of ${batchSize} images`}`,
    {
      ...(shape ? { place: shape } : {}),
      remedy:
        "lower batch_size (accumulate_steps lets several batches change the weights together), or ask for more memory",
      cause,
    },
  );
}
