import { appendFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { PbfWriter } from "pbf";
import { makeFolder } from "../files/make-folder.js";
import { outputError } from "../files/write-atomically.js";

/** A histogram in TensorBoard's form: counts between ascending limits, the first bucket starting at `min`. */
export interface EventHistogram {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** Masked CRC-32C, the checksum of TFRecord files. */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  crc = (crc ^ 0xffffffff) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One TFRecord: length, its checksum, content, its checksum; little-endian. */
function record(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, maskedCrc32c(content), true);
  return bytes;
}

/** Event messages of TensorFlow's event.proto and summary.proto. */
function event(write: (out: PbfWriter) => void): Uint8Array {
  const out = new PbfWriter();
  out.writeDoubleField(1, Date.now() / 1000);
  write(out);
  return record(Uint8Array.from(out.finish()));
}

function writeHistogram(histogram: EventHistogram, out: PbfWriter): void {
  out.writeDoubleField(1, histogram.min);
  out.writeDoubleField(2, histogram.max);
  out.writeDoubleField(
    3,
    histogram.counts.reduce((sum, count) => sum + count, 0),
  );
  out.writeDoubleField(4, histogram.sum);
  out.writeDoubleField(5, histogram.sumOfSquares);
  out.writePackedDouble(6, [...histogram.limits]);
  out.writePackedDouble(7, [...histogram.counts]);
}

/**
 * Appends to a TensorBoard event file of its own in `folder`; several files of one folder are shown as one run, so that
 * a resumed training goes on beside what is there.
 */
export class EventFile {
  private readonly folder: string;
  private readonly path: string;
  private started = false;

  constructor(folder: string) {
    this.folder = folder;
    this.path = join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}.${process.pid}.v2`);
  }

  /**
   * Adds the values of one step.
   * @throws {OutputError}
   */
  async add(
    step: number,
    scalars: Readonly<Record<string, number>>,
    histograms: Readonly<Record<string, EventHistogram>> = {},
  ): Promise<void> {
    const summary = event((out) => {
      out.writeVarintField(2, step);
      out.writeMessage(
        5,
        (values: null, inner: PbfWriter) => {
          for (const [tag, value] of Object.entries(scalars)) {
            inner.writeMessage(
              1,
              (_: null, entry: PbfWriter) => {
                entry.writeStringField(1, tag);
                entry.writeFloatField(2, value);
              },
              values,
            );
          }
          for (const [tag, histogram] of Object.entries(histograms)) {
            inner.writeMessage(
              1,
              (_: null, entry: PbfWriter) => {
                entry.writeStringField(1, tag);
                entry.writeMessage(5, writeHistogram, histogram);
              },
              values,
            );
          }
        },
        null,
      );
    });
    try {
      if (!this.started) {
        makeFolder(this.folder);
        await appendFile(
          this.path,
          event((out) => out.writeStringField(3, "brain.Event:2")),
        );
        this.started = true;
      }
      await appendFile(this.path, summary);
    } catch (cause) {
      throw outputError(this.path, cause);
    }
  }
}
