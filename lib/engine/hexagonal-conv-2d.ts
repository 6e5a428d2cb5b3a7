import { cellsAt, hexagonPlaces, hexagonSide, windowOfHexagon } from "./hexagon.js";
import { tf } from "./tensorflow.js";

/** Arguments of `HexagonalConv2D`. */
export interface HexagonalConv2DArgs {
  readonly filters: number;
  /** 1, or 2 for every second pixel along each axis, which is a hexagonal grid again. */
  readonly strides?: 1 | 2;
  /** As for `tf.layers.conv2d`; linear when absent. */
  readonly activation?: string;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Parameters<typeof tf.layers.conv2d>[0]["kernelInitializer"];
  /**
   * Where the mapped image has pixels: a row of `1` and `0` for each row of the image, at the size of the input or before
   * it was halved. What stands in other cells counts as zero. All cells are pixels when absent.
   */
  readonly cells?: readonly string[];
  readonly name?: string;
}

/**
 * A convolution over the hexagonal grid of AxialMapper's images: each pixel with its six neighbours, so seven weights from
 * a channel to a filter. The same numbers as an indexed convolution on pixel vectors, at the speed of one of 3 × 3:
 * `[n, h, w, c]` → `[n, ⌈h / strides⌉, ⌈w / strides⌉, filters]`.
 */
export class HexagonalConv2D extends tf.layers.Layer {
  static readonly className: string = "HexagonalConv2D";
  private readonly args: HexagonalConv2DArgs;
  private readonly activation: tf.layers.Layer;
  private kernel!: tf.LayerVariable;
  private bias: tf.LayerVariable | null = null;

  constructor(args: HexagonalConv2DArgs) {
    super({ name: args.name });
    this.args = args;
    this.activation = tf.layers.activation({ activation: (args.activation ?? "linear") as "linear" });
  }

  override build(inputShape: tf.Shape): void {
    const { filters, useBias, kernelInitializer, cells } = this.args;
    const [, height, width, channels] = inputShape as [null, number, number, number];
    if (cells && !cellsAt(cells, height, width)) {
      const found = `${cells.length} × ${cells[0]?.length ?? 0}`;
      throw new Error(
        `${this.name} gets images of ${height} × ${width}, which cells of ${found} do not become by halving`,
      );
    }
    const initializer =
      typeof kernelInitializer === "object" ? kernelInitializer : tf.initializers.glorotUniform({ seed: undefined });
    const shape = [hexagonPlaces.length, channels, filters];
    this.kernel = this.addWeight("kernel", shape, "float32", initializer as ReturnType<typeof tf.initializers.zeros>);
    if (useBias !== false) this.bias = this.addWeight("bias", [filters], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    const [batch, height, width] = inputShape as [null, number, number];
    const strides = this.args.strides ?? 1;
    return [batch, Math.ceil(height / strides), Math.ceil(width / strides), this.args.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const { cells, strides } = this.args;
      const [, height, width, channels] = x.shape;
      const mask = cells ? tf.tensor(cellsAt(cells, height, width)!, [1, height, width, 1]) : null;
      const flat = this.kernel.read().reshape([hexagonPlaces.length, -1]);
      const window = tf.matMul(
        tf.tensor2d([...windowOfHexagon], [hexagonSide * hexagonSide, hexagonPlaces.length]),
        flat,
      );
      const kernel = window.reshape([hexagonSide, hexagonSide, channels, this.args.filters]) as tf.Tensor4D;
      const image = (mask ? tf.mul(x, mask) : x) as tf.Tensor4D;
      const y = tf.conv2d(image, kernel, strides ?? 1, "same");
      return this.activation.apply(this.bias ? tf.add(y, this.bias.read()) : y) as tf.Tensor;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, strides, activation, useBias, cells } = this.args;
    return {
      ...super.getConfig(),
      filters,
      strides: strides ?? 1,
      activation: activation ?? "linear",
      useBias: useBias ?? true,
      ...(cells ? { cells: [...cells] } : {}),
    };
  }
}
tf.serialization.registerClass(HexagonalConv2D);

/** A convolution over each pixel and its six neighbours, for images of `image_mapper_type: AxialMapper`. */
export function hexagonalConv2d(args: HexagonalConv2DArgs): tf.layers.Layer {
  return new HexagonalConv2D(args);
}
