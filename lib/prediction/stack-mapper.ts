import type { ImageMapper } from "../camera/image-mapper.js";
import { imagesPerPass, MappingKernel, sharedKernelMemory, workspaceBytes } from "../camera/mapping-kernel.js";
import type { Channel } from "../config/channel.js";
import { type DL1Image, writeChannels } from "../events/channels.js";

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Maps the images of events and interleaves the channels of their telescopes, several events at a time. */
export class StackMapper {
  /** Events that are mapped together at most. */
  readonly together: number;
  private readonly kernels: ReadonlyMap<ImageMapper, MappingKernel>;
  private readonly vectors: readonly { readonly at: number; readonly values: Float32Array }[];
  private readonly stacks: readonly { readonly at: number; readonly values: Float32Array }[];

  /** @param mappers one a telescope; their images are of one size */
  constructor(
    module: WebAssembly.Module,
    private readonly mappers: readonly ImageMapper[],
    private readonly channels: readonly Channel[],
  ) {
    this.together = imagesPerPass(channels.length);
    const different = [...new Set(mappers)];
    const workspaces = different.map((mapper) => aligned(workspaceBytes(mapper, channels.length)));
    const vectorBytes = 4 * channels.length * Math.max(...mappers.map(({ pixels }) => pixels));
    const { height, width } = mappers[0]!;
    const stackBytes = 4 * height * width * channels.length * mappers.length;
    const total = workspaces.reduce((sum, bytes) => sum + bytes, 0);
    const memory = sharedKernelMemory(total + this.together * (aligned(vectorBytes) + aligned(stackBytes)));
    let base = 0;
    this.kernels = new Map(
      different.map((mapper, i) => {
        const cellBytes = 4 * channels.length * mappers.length;
        const kernel = new MappingKernel(module, memory, base, mapper, channels.length, cellBytes);
        base += workspaces[i]!;
        return [mapper, kernel] as const;
      }),
    );
    const places = (bytes: number) =>
      Array.from({ length: this.together }, () => {
        const at = base;
        base += aligned(bytes);
        return { at, values: new Float32Array(memory.buffer, at, bytes / 4) };
      });
    this.vectors = places(vectorBytes);
    this.stacks = places(stackBytes);
  }

  /**
   * @param events at most `together`; each the images of its telescopes, null for one that did not see it: zeros
   * @param placeOf where in the stack of event i the image of telescope k stands
   * @returns `[height, width, telescopes · channels]` for each event, valid until the next call
   */
  map(
    events: readonly (readonly (DL1Image | null)[])[],
    placeOf: (event: number, telescope: number) => number,
  ): Float32Array[] {
    const length = this.channels.length;
    for (const [k, mapper] of this.mappers.entries()) {
      const kernel = this.kernels.get(mapper)!;
      const seen: number[] = [];
      for (const [i, images] of events.entries()) {
        const image = images[k];
        const to = this.stacks[i]!.at + 4 * length * placeOf(i, k);
        if (!image) {
          kernel.blank(to);
          continue;
        }
        writeChannels(this.channels, image, this.vectors[seen.length]!.values, 0);
        seen.push(to);
      }
      kernel.map(
        seen.map((_, n) => this.vectors[n]!.at),
        seen,
      );
    }
    return events.map((_, i) => this.stacks[i]!.values);
  }
}
