import type { ImageMapper } from "./image-mapper.js";
import { mappingKernelWat } from "./mapping-kernel-wat.js";

/** Bytes of the sixteen lanes that the kernel takes at a time. */
const lineBytes = 64;
const lanesPerLine = 16;

/** Cells that are computed before they are put into their images, few enough to stay in the processor's cache. */
const tileCells = 128;

const pageBytes = 65_536;

/** The inner loops, compiled; a module may be posted to worker threads. */
export async function compileMappingKernel(): Promise<WebAssembly.Module> {
  // Threads get the module and need no assembler.
  const { default: wabt } = await import("wabt");
  const features = { simd: true, threads: true };
  const text = (await wabt()).parseWat("mapping-kernel.wat", mappingKernelWat, features);
  try {
    return new WebAssembly.Module(text.toBinary({}).buffer as Uint8Array<ArrayBuffer>);
  } finally {
    text.destroy();
  }
}

/** Memory that several threads see, of at least so many bytes. */
export function sharedKernelMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

interface Exports {
  copyFloats(from: number, fromStride: number, to: number, toStride: number, count: number): void;
  copyPairs(from: number, fromStride: number, to: number, toStride: number, count: number): void;
  multiply(offsets: number, entries: number, pixels: number, out: number, outStride: number, cells: number): void;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Images that share the kernel's lanes: with two channels eight. */
export function imagesPerPass(channels: number): number {
  return lanesPerLine / gcd(lanesPerLine, channels);
}

/** Where the parts of one mapper's workspace begin, from its first byte. */
interface Workspace {
  readonly offsets: number;
  readonly entries: number;
  readonly lanes: number;
  readonly tile: number;
  /** Eight bytes of zeros. */
  readonly zeros: number;
  readonly bytes: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / lineBytes) * lineBytes;

function workspace(mapper: ImageMapper, channels: number): Workspace {
  const lines = (imagesPerPass(channels) * channels) / lanesPerLine;
  const offsets = 0;
  const entries = aligned(4 * mapper.offsets.length);
  const lanes = entries + aligned(8 * mapper.weights.length);
  const tile = lanes + lines * mapper.pixels * lineBytes;
  const zeros = tile + lines * tileCells * lineBytes;
  return { offsets, entries, lanes, tile, zeros, bytes: zeros + lineBytes };
}

/** Bytes that `MappingKernel` needs in its memory. */
export function workspaceBytes(mapper: ImageMapper, channels: number): number {
  return workspace(mapper, channels).bytes;
}

/** Maps pixel vectors that lie in a WebAssembly memory to images in it; results are those of `mapImage` to rounding. */
export class MappingKernel {
  private readonly exports: Exports;
  private readonly at: Workspace;
  private readonly lines: number;

  /**
   * @param base first byte of the workspace in `memory`, a multiple of 64; no other thread may use it
   * @param cellBytes from one cell of an image to the next; more than its channels where images are interleaved
   */
  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    private readonly base: number,
    private readonly mapper: ImageMapper,
    private readonly channels: number,
    private readonly cellBytes: number = channels * 4,
  ) {
    const { exports } = new WebAssembly.Instance(module, { cherenkit: { memory } });
    this.exports = exports as unknown as Exports;
    this.at = workspace(mapper, channels);
    this.lines = (imagesPerPass(channels) * channels) / lanesPerLine;
    const { offsets, indices, weights } = mapper;
    new Uint32Array(memory.buffer, base + this.at.offsets, offsets.length).set(offsets);
    const pixelBytes = new Uint32Array(memory.buffer, base + this.at.entries, 2 * weights.length);
    const entryWeights = new Float32Array(memory.buffer, base + this.at.entries, 2 * weights.length);
    for (let k = 0; k < weights.length; k++) {
      pixelBytes[2 * k] = indices[k]! * lineBytes;
      entryWeights[2 * k + 1] = weights[k]!;
    }
  }

  /**
   * Maps images, `imagesPerPass` at a time.
   * @param vectors where each image's pixels lie in the memory, `[n_pixels, channels]` float32
   * @param images where each image goes, `[height, width, channels]` float32; every cell is written
   */
  map(vectors: readonly number[], images: readonly number[]): void {
    const together = imagesPerPass(this.channels);
    for (let first = 0; first < vectors.length; first += together) {
      const count = Math.min(together, vectors.length - first);
      for (let i = 0; i < count; i++) this.pack(vectors[first + i]!, i);
      this.mapTogether(images, first, count);
    }
  }

  /** Fills an image with zeros. */
  blank(image: number): void {
    const { channels, cellBytes, mapper } = this;
    const zeros = this.base + this.at.zeros;
    const cells = mapper.height * mapper.width;
    if (channels % 2 === 0) {
      for (let pair = 0; pair < channels; pair += 2) {
        this.exports.copyPairs(zeros, 0, image + 4 * pair, cellBytes, cells);
      }
    } else {
      for (let channel = 0; channel < channels; channel++) {
        this.exports.copyFloats(zeros, 0, image + 4 * channel, cellBytes, cells);
      }
    }
  }

  /** Spreads an image's pixels over its lanes. */
  private pack(vector: number, image: number): void {
    const { channels } = this;
    const { pixels } = this.mapper;
    for (let channel = 0; channel < channels; ) {
      const lane = image * channels + channel;
      const line = Math.floor(lane / lanesPerLine);
      const to = this.base + this.at.lanes + line * pixels * lineBytes + (lane % lanesPerLine) * 4;
      if (channels % 2 === 0) this.exports.copyPairs(vector + channel * 4, channels * 4, to, lineBytes, pixels);
      else this.exports.copyFloats(vector + channel * 4, channels * 4, to, lineBytes, pixels);
      channel += channels % 2 === 0 ? 2 : 1;
    }
  }

  private mapTogether(images: readonly number[], first: number, count: number): void {
    const { base, at, lines, channels, cellBytes, mapper, exports } = this;
    const cells = mapper.height * mapper.width;
    const tileStride = lines * lineBytes;
    for (let cell = 0; cell < cells; cell += tileCells) {
      const these = Math.min(tileCells, cells - cell);
      for (let line = 0; line < lines; line++) {
        const lanes = base + at.lanes + line * mapper.pixels * lineBytes;
        const tile = base + at.tile + line * lineBytes;
        exports.multiply(base + at.offsets + 4 * cell, base + at.entries, lanes, tile, tileStride, these);
      }
      for (let i = 0; i < count; i++) {
        const out = images[first + i]! + cell * cellBytes;
        const from = base + at.tile + i * channels * 4;
        if (channels % 2 === 0) {
          for (let pair = 0; pair < channels; pair += 2) {
            exports.copyPairs(from + 4 * pair, tileStride, out + 4 * pair, cellBytes, these);
          }
        } else {
          for (let channel = 0; channel < channels; channel++) {
            exports.copyFloats(from + 4 * channel, tileStride, out + 4 * channel, cellBytes, these);
          }
        }
      }
    }
  }
}
