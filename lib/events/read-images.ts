import type { Channel } from "../config/config.js";
import { InputError } from "../errors.js";
import { numbers, type Table } from "../hdf5/column.js";
import type { TableReader } from "../hdf5/table-reader.js";
import { type DL1Image, isCleanedChannel, isTimeChannel, writeChannels } from "./channels.js";
import { type EventFile, telescopeTable } from "./event-file.js";

/** Bytes of the file's rows that are decoded at a time. */
const blockBytes = 8 * 1024 * 1024;

/** A block of images of one telescope, in the order of the file. */
export interface ImageBlock {
  readonly rows: number;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  /** Pixels of an image. */
  readonly pixels: number;
  /** An image of the block as the file has it, with what the channels need. */
  image(row: number): DL1Image;
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

function columnsFor(table: TableReader, channels: readonly Channel[], place: string): string[] {
  const columns = ["obs_id", "event_id", "image"];
  if (channels.some(isTimeChannel)) columns.push("peak_time");
  if (channels.some(isCleanedChannel)) columns.push("image_mask");
  const missing = columns.filter((name) => !table.columnNames.includes(name));
  if (missing.length > 0) {
    throw new InputError(`${place} has no ${missing.join(", ")}`, {
      place,
      remedy: missing.includes("image_mask")
        ? "choose channels without cleaning, or write parameters with ctapipe-process (it adds the mask)"
        : "give DL1 files with images",
    });
  }
  return columns;
}

function imageBlock(block: Table, channels: readonly Channel[]): ImageBlock {
  const image = floats(block, "image");
  const peakTime = block.columns.has("peak_time") ? floats(block, "peak_time") : undefined;
  const mask = block.columns.has("image_mask") ? flags(block, "image_mask") : undefined;
  const pixels = image.length / block.rows;
  if ([peakTime, mask].some((values) => values && values.length !== image.length)) {
    const { place = "the table of images" } = block.columns.get("image")!;
    throw new InputError(`${place} has other numbers of pixels in image, peak_time and image_mask`, {
      place,
      remedy: "the file may be damaged: make it again",
    });
  }
  const imageOf = (row: number): DL1Image => {
    const [from, to] = [row * pixels, (row + 1) * pixels];
    return {
      image: image.subarray(from, to),
      peakTime: peakTime?.subarray(from, to),
      mask: mask?.subarray(from, to),
    };
  };
  return {
    rows: block.rows,
    obsIds: numbers(block.columns.get("obs_id")!),
    eventIds: numbers(block.columns.get("event_id")!),
    pixels,
    image: imageOf,
    write: (row, out, offset) => writeChannels(channels, imageOf(row), out, offset),
  };
}

/**
 * Some consecutive rows of a telescope's images.
 * @throws {InputError} when the telescope has no images, or the table lacks what the channels need
 */
export function readImageRows(
  { path, hdf5 }: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  start: number,
  count: number,
): ImageBlock {
  const name = imagesPath(telescopeId);
  const table = hdf5.table(name);
  return imageBlock(table.read({ columns: columnsFor(table, channels, `${path}:${name}`), start, count }), channels);
}

/** Of a table, those rows whose block has the number `first`, `first + step`, …; the blocks are those of all readers. */
export interface BlockShare {
  readonly first: number;
  readonly step: number;
}

/**
 * Images of a telescope block by block; nothing when it has none.
 * @param share the blocks that this reader takes, where several threads share a table
 * @throws {InputError} when the table lacks what the channels need.
 */
export function* readImageBlocks(
  { path, hdf5 }: EventFile,
  telescopeId: number,
  channels: readonly Channel[],
  share: BlockShare = { first: 0, step: 1 },
): Generator<ImageBlock> {
  const name = imagesPath(telescopeId);
  if (hdf5.kind(name) !== "table") return;
  const table = hdf5.table(name);
  const columns = columnsFor(table, channels, `${path}:${name}`);
  const chunks = Math.max(1, Math.floor(blockBytes / (table.rowBytes * table.chunkRows)));
  const rows = chunks * table.chunkRows;
  for (let start = share.first * rows; start < table.rows; start += share.step * rows) {
    yield imageBlock(table.read({ columns, start, count: rows }), channels);
  }
}
