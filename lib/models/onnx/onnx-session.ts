import { createRequire } from "node:module";
import { InputError } from "../../errors.js";

interface Ort {
  readonly InferenceSession: {
    create(model: string | Uint8Array, options?: object): Promise<OrtSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}
interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, object>>): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

/** A network in onnxruntime. */
export interface OnnxSession {
  readonly outputNames: readonly string[];
  /**
   * Outputs by name.
   * @param images `[size, height, width, channels]`
   */
  predict(images: Float32Array, size: number): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/**
 * Opens an ONNX network, a file or its content, of one input.
 * @param shape of an image, `[height, width, channels]`
 * @param threads that compute together; as many as the machine has cores when absent
 * @throws {InputError} when onnxruntime refuses it
 */
export async function openOnnx(
  model: string | Uint8Array,
  shape: readonly number[],
  threads?: number,
): Promise<OnnxSession> {
  const ort = createRequire(import.meta.url)("onnxruntime-node") as Ort;
  let session: OrtSession;
  try {
    const options = { logSeverityLevel: 3, ...(threads === undefined ? {} : { intraOpNumThreads: threads }) };
    session = await ort.InferenceSession.create(model, options);
  } catch (cause) {
    const place = typeof model === "string" ? model : "the exported network";
    throw new InputError(`onnxruntime cannot open ${place}: ${(cause as Error).message}`, { place, cause });
  }
  const [input] = session.inputNames as [string];
  return {
    outputNames: session.outputNames,
    async predict(images, size): Promise<Record<string, Float32Array>> {
      // Images may lie in shared memory, which onnxruntime does not take.
      const own = images.buffer instanceof SharedArrayBuffer ? images.slice() : images;
      const outputs = await session.run({ [input]: new ort.Tensor("float32", own, [size, ...shape]) });
      return Object.fromEntries(session.outputNames.map((name) => [name, outputs[name]!.data]));
    },
    close: () => session.release(),
  };
}
