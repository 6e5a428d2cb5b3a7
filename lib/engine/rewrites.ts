import { usesGpu } from "./devices.js";

/** Exact rewrites of convolutions: the same numbers from operations that this device computes faster. */
export interface Rewrites {
  /** Gradients of 3×3 kernels as nine matrix products, of 1×1 kernels as one, see ops/filter-gradient.ts. */
  readonly productGradients: boolean;
  /** Strided 1×1 convolutions take the pixels they need first, see ops/every-nth.ts. */
  readonly thinFirst: boolean;
}

/** The graph as the layers say it. */
export const noRewrites: Rewrites = { productGradients: false, thinFirst: false };

/**
 * The rewrites that measured faster on the device in use: on CPUs oneDNN reaches half the speed of a matrix product in
 * gradients of kernels and in strided 1×1 convolutions; Eigen, with oneDNN off, only in the latter. cuDNN needs neither.
 * oneDNN 3.7 gives wrong gradients of strided 1×1 kernels with two or four input channels; the second rewrite avoids that.
 */
export function rewritesThatPay(): Rewrites {
  if (usesGpu()) return noRewrites;
  return { productGradients: process.env.TF_ENABLE_ONEDNN_OPTS !== "0", thinFirst: true };
}
