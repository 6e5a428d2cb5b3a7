import { tf } from "../engine/tensorflow.js";

/**
 * Zeros around the images, `[n, height, width, channels]` → `[n, height + 2·pixels, width + 2·pixels, channels]`, in a
 * layer `<block>_padding`; the images themselves where there is nothing to add.
 * @param pixels `init_padding`, on each side
 */
export function initialPadding(images: tf.SymbolicTensor, pixels: number, block: string): tf.SymbolicTensor {
  if (pixels === 0) return images;
  const side: [number, number] = [pixels, pixels];
  const layer = tf.layers.zeroPadding2d({ padding: [side, side], name: `${block}_padding` });
  return layer.apply(images) as tf.SymbolicTensor;
}
