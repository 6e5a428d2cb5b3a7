import { type Channel, waveformSample } from "../config/channel.js";
import { InputError } from "../errors.js";
import { itemLength, numbers, type Table } from "../hdf5/column.js";
import type { NumberColumn } from "../hdf5/number-column.js";
import type { TableReader } from "../hdf5/table-reader.js";
import { type DL1Image, isCleanedChannel, isPlainChannel, isTimeChannel, writeChannels } from "./channels.js";
import { type EventFile, telescopeTable } from "./event-file.js";
import { readTraces, waveformLevels, waveformsPath } from "./read-waveforms.js";
import type { WaveformLevel } from "./waveforms.js";

/** Bytes of the file's rows that are decoded at a time. */
const blockBytes = 2 * 1024 * 1024;

/** A block of images of one telescope, in the order of the file. */
export interface ImageBlock {
  readonly rows: number;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  /** Pixels of an image. */
  readonly pixels: number;
  /** An image of the block as the file has it, with what the channels need. */
  image(row: number): DL1Image;
}

/** A block of images of one telescope as pixel vectors, in the order of the file. */
export interface VectorBlock extends Omit<ImageBlock, "image"> {
  /** Writes the channels of an image of the block, `[n_pixels, channels]`, from `offset`. */
  write(row: number, out: Float32Array, offset: number): void;
}

/** Where a telescope's images are. */
export function imagesPath(telescopeId: number): string {
  return `/dl1/event/telescope/images/${telescopeTable(telescopeId)}`;
}

function floats(table: Table, name: string): Float32Array {
  const { data } = table.columns.get(name)!;
  return data instanceof Float32Array ? data : Float32Array.from(numbers(table.columns.get(name)!));
}

function flags(table: Table, name: string): Uint8Array {
  const column = table.columns.get(name)!;
  return column.data instanceof Uint8Array ? column.data : Uint8Array.from(numbers(column), (value) => (value ? 1 : 0));
}

/** The table whose rows are the images: that of the waveforms where there is no other. */
export function rowsPath(file: EventFile, telescopeId: number, channels: readonly Channel[]): string {
  const images = imagesPath(telescopeId);
  if (channels.some(needsImages) || file.hdf5.kind(images) === "table") return images;
  return waveformsPath(waveformLevels(channels)[0]!, telescopeId);
}

/** True for channels that are made of charges, times or the mask of the cleaning. */
function needsImages(channel: Channel): boolean {
  return !waveformSample(channel) || isCleanedChannel(channel);
}

/** What of a telescope's tables the channels need. */
interface Source {
  readonly file: EventFile;
  readonly telescopeId: number;
  readonly channels: readonly Channel[];
  readonly table: TableReader;
  /** Columns of `table`. */
  readonly columns: readonly string[];
  readonly levels: readonly WaveformLevel[];
  /** Bytes of one image with its waveforms. */
  readonly rowBytes: number;
}

function openSource(file: EventFile, telescopeId: number, channels: readonly Channel[]): Source {
  const { path, hdf5 } = file;
  const name = rowsPath(file, telescopeId, channels);
  const place = `${path}:${name}`;
  const levels = waveformLevels(channels);
  for (const level of levels) {
    const waveforms = waveformsPath(level, telescopeId);
    if (hdf5.kind(waveforms) === "table") continue;
    throw new InputError(`${path} has no ${level.toUpperCase()} waveforms of telescope ${telescopeId}`, {
      place: `${path}:${waveforms}`,
      remedy: `write them with ctapipe-process --DataWriter.write_${level}_waveforms=True, or choose channels of images`,
    });
  }
  const table = hdf5.table(name);
  const columns = ["obs_id", "event_id"];
  if (channels.some((channel) => !waveformSample(channel) && !isTimeChannel(channel))) columns.push("image");
  if (channels.some(isTimeChannel)) columns.push("peak_time");
  if (channels.some(isCleanedChannel)) columns.push("image_mask");
  const missing = columns.filter((column) => !table.columnNames.includes(column));
  if (missing.length > 0) {
    throw new InputError(`${place} has no ${missing.join(", ")}`, {
      place,
      remedy: missing.includes("image_mask")
        ? "choose channels without cleaning, or write parameters with ctapipe-process (it adds the mask)"
        : "give DL1 files with images",
    });
  }
  const waveformBytes = levels.map((level) => hdf5.table(waveformsPath(level, telescopeId)).rowBytes);
  const rowBytes = waveformBytes.reduce((sum, bytes) => sum + bytes, table.rowBytes);
  return { file, telescopeId, channels, table, columns, levels, rowBytes };
}

function readBlock(source: Source, start: number, count: number): ImageBlock {
  const { file, telescopeId, channels, table, columns, levels } = source;
  const block = table.read({ columns, start, count });
  const obsIds = numbers(block.columns.get("obs_id")!);
  const eventIds = numbers(block.columns.get("event_id")!);
  const read = (name: string): Float32Array | undefined => (block.columns.has(name) ? floats(block, name) : undefined);
  const [image, peakTime] = [read("image"), read("peak_time")];
  const mask = block.columns.has("image_mask") ? flags(block, "image_mask") : undefined;
  const traces = new Map(
    levels.map((level) => [level, readTraces(file, level, telescopeId, channels, start, obsIds, eventIds)] as const),
  );
  const sizes = [image, peakTime, mask].flatMap((values) => (values ? [values.length / block.rows] : []));
  sizes.push(...[...traces.values()].map(({ pixels }) => pixels));
  const pixels = sizes[0]!;
  if (sizes.some((size) => size !== pixels)) {
    const place = block.columns.values().next().value?.place ?? "the table of images";
    throw new InputError(`${place} has other numbers of pixels in its images, times, masks or waveforms`, {
      place,
      remedy: "the file may be damaged: make it again",
    });
  }
  const imageOf = (row: number): DL1Image => {
    const [from, to] = [row * pixels, (row + 1) * pixels];
    return {
      image: image?.subarray(from, to),
      peakTime: peakTime?.subarray(from, to),
      mask: mask?.subarray(from, to),
      traces: (level) => traces.get(level)!.of(row),
    };
  };
  return { rows: block.rows, obsIds, eventIds, pixels, image: imageOf };
}

/** Pixels of images whose channels are columns of the file as they are; undefined for others. */
function plainPixels({ table, channels }: Source): number | undefined {
  if (!channels.every(isPlainChannel)) return undefined;
  const columns = table.layout.filter(({ name }) => (channels as readonly string[]).includes(name));
  const [pixels, ...others] = columns.map(({ itemShape }) => itemLength(itemShape));
  const plain = columns.every(({ type }) => type === "float32") && others.every((count) => count === pixels);
  return plain ? pixels : undefined;
}

/** @param room what the vectors may be written to, if it fits */
function readVectors(source: Source, start: number, count: number, room?: Float32Array): [VectorBlock, Float32Array?] {
  const { table, channels } = source;
  const pixels = plainPixels(source);
  if (pixels === undefined) {
    const block = readBlock(source, start, count);
    const write: VectorBlock["write"] = (row, out, offset) => writeChannels(channels, block.image(row), out, offset);
    return [{ ...block, write }];
  }
  const ids = { columns: ["obs_id", "event_id"], start, count };
  const { table: block, floats: vectors } = table.readSideBySide(channels, ids, room);
  const [obsIds, eventIds] = ids.columns.map((name) => numbers(block.columns.get(name)!)) as [
    Float64Array,
    Float64Array,
  ];
  const size = pixels * channels.length;
  const write: VectorBlock["write"] = (row, out, offset) =>
    out.set(vectors.subarray(row * size, (row + 1) * size), offset);
  return [{ rows: block.rows, obsIds, eventIds, pixels, write }, vectors];
}

/**
 * Some consecutive rows of a telescope's images.
 * @throws {InputError} when the telescope has no images, or the tables lack what the channels need
 */
export function readImageRows(
  file: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  start: number,
  count: number,
): ImageBlock {
  return readBlock(openSource(file, telescopeId, channels), start, count);
}

/** Rows of a block of images. */
function rowsPerBlock({ table, rowBytes }: Source): number {
  return Math.max(1, Math.floor(blockBytes / (rowBytes * table.chunkRows))) * table.chunkRows;
}

/**
 * The events of a telescope's images in the order of the file, and how many of them `readImageBlocks` gives together.
 * @throws {InputError} when the telescope has no images, or the tables lack what the channels need
 */
export function imageEvents(
  file: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
): { readonly obsIds: NumberColumn; readonly eventIds: NumberColumn; readonly rowsPerBlock: number } {
  const source = openSource(file, telescopeId, channels);
  const columns = source.table.readNumbers(["obs_id", "event_id"]);
  return { obsIds: columns.get("obs_id")!, eventIds: columns.get("event_id")!, rowsPerBlock: rowsPerBlock(source) };
}

/** Of a table, those rows whose block has the number `first`, `first + step`, …; the blocks are those of all readers. */
export interface BlockShare {
  readonly first: number;
  readonly step: number;
}

/**
 * Blocks of a telescope's table; nothing when it has none.
 * @param share the blocks that this reader takes, where several threads share a table
 */
function* blocksOf<Block>(
  file: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  share: BlockShare,
  read: (source: Source, start: number, rows: number) => Block,
): Generator<Block> {
  if (file.hdf5.kind(rowsPath(file, telescopeId, channels)) !== "table") return;
  const source = openSource(file, telescopeId, channels);
  const rows = rowsPerBlock(source);
  for (let start = share.first * rows; start < source.table.rows; start += share.step * rows) {
    yield read(source, start, rows);
  }
}

/**
 * Images of a telescope block by block; nothing when it has none.
 * @param share the blocks that this reader takes, where several threads share a table
 * @throws {InputError} when the tables lack what the channels need.
 */
export function readImageBlocks(
  file: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  share: BlockShare = { first: 0, step: 1 },
): Generator<ImageBlock> {
  return blocksOf(file, telescopeId, channels, share, readBlock);
}

/** The same as pixel vectors; a block is valid until the next is asked for. */
export function readVectorBlocks(
  file: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  share: BlockShare = { first: 0, step: 1 },
): Generator<VectorBlock> {
  let room: Float32Array | undefined;
  return blocksOf(file, telescopeId, channels, share, (source, start, rows) => {
    const [block, vectors] = readVectors(source, start, rows, room);
    room = vectors;
    return block;
  });
}
