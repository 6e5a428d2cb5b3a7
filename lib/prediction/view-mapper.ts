import type { ImageMapper } from "../camera/image-mapper.js";
import { imagesPerPass, MappingKernel, sharedKernelMemory, workspaceBytes } from "../camera/mapping-kernel.js";
import { type DL1Image, writeChannels } from "../events/channels.js";
import type { ViewFiller } from "./view-filler.js";

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Where the parts of one mapper lie, from its first byte. */
interface Parts {
  readonly vectorBytes: number;
  readonly imageBytes: number;
  readonly vectors: number;
  readonly images: number;
  readonly bytes: number;
}

function partsOf(mapper: ImageMapper, channels: number): Parts {
  const together = imagesPerPass(channels);
  const vectorBytes = 4 * mapper.pixels * channels;
  const imageBytes = 4 * mapper.height * mapper.width * channels;
  const vectors = aligned(workspaceBytes(mapper, channels));
  const images = vectors + aligned(together * vectorBytes);
  return { vectorBytes, imageBytes, vectors, images, bytes: images + aligned(together * imageBytes) };
}

/** Maps the images of telescopes with one camera for one view, as many at a time as the kernel takes. */
export class ViewMapper {
  private readonly kernel: MappingKernel;
  private readonly places: readonly { readonly vector: number; readonly image: number }[];
  private readonly vectors: readonly Float32Array[];
  private readonly images: readonly Float32Array[];
  private readonly rows: number[] = [];

  constructor(
    kernel: WebAssembly.Module,
    memory: WebAssembly.Memory,
    base: number,
    mapper: ImageMapper,
    private readonly filler: ViewFiller,
  ) {
    const channels = filler.view.channels.length;
    const { vectors, images, vectorBytes, imageBytes } = partsOf(mapper, channels);
    this.kernel = new MappingKernel(kernel, memory, base, mapper, channels);
    this.places = Array.from({ length: imagesPerPass(channels) }, (_, i) => ({
      vector: base + vectors + i * vectorBytes,
      image: base + images + i * imageBytes,
    }));
    this.vectors = this.places.map(({ vector }) => new Float32Array(memory.buffer, vector, vectorBytes / 4));
    this.images = this.places.map(({ image }) => new Float32Array(memory.buffer, image, imageBytes / 4));
  }

  /** Takes an image that stands for a row; true when `flush` must come before the next. */
  add(row: number, image: DL1Image): boolean {
    writeChannels(this.filler.view.channels, image, this.vectors[this.rows.length]!, 0);
    return this.rows.push(row) === this.places.length;
  }

  /** Maps what was taken and hands it to the view. */
  async flush(): Promise<void> {
    const places = this.places.slice(0, this.rows.length);
    this.kernel.map(
      places.map(({ vector }) => vector),
      places.map(({ image }) => image),
    );
    for (const [i, row] of this.rows.entries()) {
      if (!this.filler.ready) await this.filler.untilReady();
      const image = this.images[i]!;
      this.filler.add(row, image.length, (out, offset) => out.set(image, offset));
    }
    this.rows.length = 0;
  }
}

/** Makes the mappers of a thread's files, which all lie in one memory. */
export class ViewMappers {
  private memory: WebAssembly.Memory | undefined;

  constructor(
    private readonly kernel: WebAssembly.Module,
    private readonly fillers: readonly ViewFiller[],
  ) {}

  /** The mappers of a file by view; those of the file before are no longer valid. */
  open(mappers: readonly ReadonlySet<ImageMapper>[]): ReadonlyMap<ImageMapper, ViewMapper>[] {
    const bytes = mappers.map((list, v) =>
      [...list].map((mapper) => partsOf(mapper, this.fillers[v]!.view.channels.length).bytes),
    );
    const total = bytes.flat().reduce((sum, count) => sum + count, 0);
    if (!this.memory || this.memory.buffer.byteLength < total) this.memory = sharedKernelMemory(total);
    const memory = this.memory;
    let base = 0;
    return mappers.map(
      (list, v) =>
        new Map(
          [...list].map((mapper, i) => {
            const one = new ViewMapper(this.kernel, memory, base, mapper, this.fillers[v]!);
            base += bytes[v]![i]!;
            return [mapper, one];
          }),
        ),
    );
  }
}
