import { InputError } from "../errors.js";
import { Hdf5File } from "../hdf5/hdf5-file.js";

/** One camera event as it was read out. */
export interface RawEvent {
  /** Number in the file, from 0 on. */
  readonly number: number;
  /** The camera's own type: 1 air shower, 8 pedestal. */
  readonly type: number;
  /** Seconds since 1970 UTC, and nanoseconds after them. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** ADC counts, `[pixels, samples]`. */
  readonly adc: Uint16Array;
  /** What the camera subtracts, ADC counts, `[pixels]`; null where the file does not have it. */
  readonly baseline: Float32Array | null;
}

const names = {
  adc: "adc_samples",
  baseline: "digicam_baseline_adc",
  type: "event_type",
  seconds: "local_time_sec",
  nanoseconds: "local_time_nanosec",
} as const;

/** Bytes of waveforms that are held at a time. */
const blockBytes = 8 * 1024 * 1024;

const remedy =
  "give an HDF5 file with adc_samples [events, pixels, samples], event_type, local_time_sec and local_time_nanosec, " +
  "and if known digicam_baseline_adc [events, pixels]";

/**
 * A file of decoded SST-1M camera events (R0), as protozfits names what the camera writes: `adc_samples`
 * uint16 `[events, pixels, samples]`, `digicam_baseline_adc` `[events, pixels]`, `event_type`, `local_time_sec` and
 * `local_time_nanosec` `[events]`.
 */
export class RawEventFile {
  readonly path: string;
  readonly events: number;
  readonly pixels: number;
  readonly samples: number;
  private readonly file: Hdf5File;

  private constructor(path: string, file: Hdf5File, shape: readonly number[]) {
    this.path = path;
    this.file = file;
    [this.events, this.pixels, this.samples] = shape as [number, number, number];
  }

  /** @throws {InputError} when it is no such file */
  static async open(path: string): Promise<RawEventFile> {
    const file = await Hdf5File.open(path);
    try {
      const fail = (what: string): never => {
        throw new InputError(`${path} holds no raw camera events: ${what}`, { place: path, remedy });
      };
      for (const name of [names.adc, names.type, names.seconds, names.nanoseconds]) {
        if (file.kind(name) !== "array") fail(`it has no ${name}`);
      }
      const { shape } = file.array(names.adc, { count: 0 });
      if (shape.length !== 3) fail(`${names.adc} has ${shape.length} axes instead of 3`);
      const events = file.array(names.type).shape[0] ?? 0;
      const raw = new RawEventFile(path, file, [events, shape[1]!, shape[2]!]);
      if (file.array(names.adc, { start: events }).shape[0] !== 0)
        fail(`${names.adc} has more events than ${names.type}`);
      return raw;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private values(name: string, start: number, count: number, length: number = 1): Float64Array {
    const { data } = this.file.array(name, { start, count });
    if (data.length === count * length) return Float64Array.from(data as ArrayLike<unknown>, Number);
    throw new InputError(`${this.path}: ${name} has ${data.length} values for ${count} events of ${length}`, {
      place: `${this.path}:${name}`,
      remedy: "the file may be damaged: decode it again",
    });
  }

  /** Events `start … end`, in order; a few MB are held at a time. */
  *read(start: number = 0, end: number = this.events): Generator<RawEvent> {
    const { pixels, samples } = this;
    const size = pixels * samples;
    const together = Math.max(1, Math.floor(blockBytes / (2 * size)));
    for (let first = start; first < end; first += together) {
      const count = Math.min(together, end - first);
      const adc = Uint16Array.from(this.values(names.adc, first, count, size));
      const baseline = this.file.has(names.baseline)
        ? Float32Array.from(this.values(names.baseline, first, count, pixels))
        : null;
      const type = this.values(names.type, first, count);
      const seconds = this.values(names.seconds, first, count);
      const nanoseconds = this.values(names.nanoseconds, first, count);
      for (let i = 0; i < count; i++) {
        yield {
          number: first + i,
          type: type[i]!,
          seconds: seconds[i]!,
          nanoseconds: nanoseconds[i]!,
          adc: adc.subarray(i * size, (i + 1) * size),
          baseline: baseline?.subarray(i * pixels, (i + 1) * pixels) ?? null,
        };
      }
    }
  }

  close(): void {
    this.file.close();
  }
}
