import type { Channel } from "../config/channel.js";
import { InputError } from "../errors.js";
import { type EventFile, openEventFile } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { imageEvents, imagesPath, readVectorBlocks, type VectorBlock } from "./read-images.js";

/** Where each image is: a row of the image table of a telescope in a file. Arrays are `[images]`, in shared memory. */
export interface ImagePlaces {
  readonly files: readonly string[];
  readonly fileIndex: Uint32Array;
  readonly telescopes: Uint32Array;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
}

/** Decoded blocks that are kept, about 8 MB each; more than the blocks that are mixed with each other. */
const keptBlocks = 12;

/** Files that a thread keeps open; a process may have about a thousand. */
const openFiles = 32;

/** Where the events of an image table are. */
interface KnownTable {
  readonly index: EventIndex;
  readonly rowsPerBlock: number;
}

/**
 * Reads pixel vectors of images from DL1 files, a whole block at a time, for when there is no room for an image store. A few
 * blocks are kept, so that images of neighbouring blocks are fast in any order.
 */
export class FileReader {
  private readonly files = new Map<string, EventFile>();
  private readonly tables = new Map<string, KnownTable>();
  private readonly blocks = new Map<string, VectorBlock>();

  constructor(
    private readonly places: ImagePlaces,
    private readonly channels: readonly Channel[],
    private readonly pixels: number,
  ) {}

  /**
   * @param rows of the example table
   * @param out gets one image after the other, `[pixels, channels]`
   * @throws {InputError} for a file that cannot be read or lacks an image
   */
  async read(rows: ArrayLike<number>, out: Float32Array): Promise<void> {
    const { files, fileIndex, telescopes, obsIds, eventIds } = this.places;
    const size = this.pixels * this.channels.length;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const [path, telescope] = [files[fileIndex[row]!]!, telescopes[row]!];
      const place = `${path}:${imagesPath(telescope)}`;
      const table = await this.table(path, telescope);
      const at = table.index.find(obsIds[row]!, eventIds[row]!);
      if (at < 0) {
        throw new InputError(`${place} lacks the image of event ${eventIds[row]} of observation ${obsIds[row]}`, {
          place,
          remedy: "give DL1 files with images (ctapipe-process --write-images)",
        });
      }
      const block = await this.block(path, telescope, Math.floor(at / table.rowsPerBlock));
      block.write(at % table.rowsPerBlock, out, i * size);
    }
  }

  private async file(path: string): Promise<EventFile> {
    const file = this.files.get(path) ?? (await openEventFile(path));
    // The first is the one that was not used for longest.
    this.files.delete(path);
    this.files.set(path, file);
    if (this.files.size > openFiles) {
      const [oldest, unused] = this.files.entries().next().value!;
      this.files.delete(oldest);
      unused.close();
    }
    return file;
  }

  private async table(path: string, telescope: number): Promise<KnownTable> {
    const key = `${path}:${telescope}`;
    const known = this.tables.get(key);
    if (known) return known;
    const { obsIds, eventIds, rowsPerBlock } = imageEvents(await this.file(path), telescope, this.channels);
    const table = { index: new EventIndex(obsIds, eventIds), rowsPerBlock };
    this.tables.set(key, table);
    return table;
  }

  private async block(path: string, telescope: number, number: number): Promise<VectorBlock> {
    const key = `${path}:${telescope}:${number}`;
    const share = { first: number, step: Number.MAX_SAFE_INTEGER };
    const block =
      this.blocks.get(key) ?? readVectorBlocks(await this.file(path), telescope, this.channels, share).next().value!;
    if (block.pixels !== this.pixels) {
      const place = `${path}:${imagesPath(telescope)}`;
      throw new InputError(`${place} has images of ${block.pixels} pixels, its camera has ${this.pixels}`, { place });
    }
    // The first is the one that was not used for longest.
    this.blocks.delete(key);
    this.blocks.set(key, block);
    if (this.blocks.size > keptBlocks) this.blocks.delete(this.blocks.keys().next().value!);
    return block;
  }
}
