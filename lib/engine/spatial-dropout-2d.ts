import { tf } from "./tensorflow.js";

/** Arguments of `SpatialDropout2D`. */
export interface SpatialDropout2DArgs {
  /** Share (0–1) of the channels that are dropped. */
  readonly rate: number;
  readonly seed?: number;
  readonly name?: string;
}

/** Keras' SpatialDropout2D, which tfjs-layers lacks: drops whole channels of `[n, h, w, c]` while training. */
export class SpatialDropout2D extends tf.layers.Layer {
  static readonly className: string = "SpatialDropout2D";
  private readonly rate: number;
  private readonly seed: number | undefined;

  constructor({ rate, seed, name }: SpatialDropout2DArgs) {
    super({ name });
    this.rate = rate;
    this.seed = seed;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (!training || this.rate <= 0) return x.clone();
    return tf.dropout(x, this.rate, [x.shape[0]!, 1, 1, x.shape[3]!], this.seed);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, ...(this.seed === undefined ? {} : { seed: this.seed }) };
  }
}
tf.serialization.registerClass(SpatialDropout2D);

/** A layer that drops whole channels while training. */
export function spatialDropout2d(args: SpatialDropout2DArgs): tf.layers.Layer {
  return new SpatialDropout2D(args);
}
