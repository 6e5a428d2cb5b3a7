import type { Readable } from "node:stream";
import * as z from "zod";
import { degPerRad } from "../../coordinates/angle.js";
import { InputError } from "../../errors.js";
import type { Telescope } from "../../events/subarray.js";
import { parameterColumns } from "../../simulation/dl1-columns.js";
import { type ImageFrame, imageFrame, parametrise } from "../../simulation/image-parameters.js";
import type { LiveArray, LiveEvent, LiveSource } from "./live-event.js";

const values = z.array(z.number().nullable());

/** One line: a telescope image as a JSON object. `null` stands for a pixel without a value. */
const lineSchema = z.strictObject({
  obs_id: z.int().optional(),
  event_id: z.int(),
  tel_id: z.int(),
  /** Charges, p.e., `[pixels]`. */
  image: values,
  /** ns, `[pixels]`. */
  peak_time: values.optional(),
  /** Pixels that survived the cleaning, 0 and 1 or false and true; by default tail cuts of 8 and 4 p.e. */
  image_mask: z.array(z.union([z.boolean(), z.literal(0), z.literal(1)])).optional(),
  /** Where the telescope looked. */
  alt_deg: z.number().optional(),
  az_deg: z.number().optional(),
});

/** A line longer than this is no event. */
const longestLine = 64 * 1024 * 1024;

const floats = (list: readonly (number | null)[]): Float32Array =>
  Float32Array.from(list, (value) => value ?? Number.NaN);

/** Reads lines with images of one array. */
export class EventLines {
  private readonly telescopes: ReadonlyMap<number, Telescope>;
  private readonly frames = new Map<number, ImageFrame>();

  /** @param needsTimes refuse lines without `peak_time` */
  constructor(
    private readonly array: LiveArray,
    private readonly needsTimes: boolean,
  ) {
    this.telescopes = new Map(array.subarray.telescopes.map((one) => [one.id, one]));
  }

  private frame(telescope: Telescope): ImageFrame {
    const known = this.frames.get(telescope.id);
    if (known) return known;
    const geometry = this.array.subarray.cameras.get(telescope.cameraIndex)!;
    const { effectiveFocalLengthM, equivalentFocalLengthM } = telescope;
    const focal = Number.isFinite(effectiveFocalLengthM) ? effectiveFocalLengthM : equivalentFocalLengthM;
    const frame = imageFrame({ camera: geometry, effectiveFocalLengthM: focal });
    this.frames.set(telescope.id, frame);
    return frame;
  }

  /** @throws {InputError} when the line is not an image of the array */
  event(line: string, seenMs: number): LiveEvent {
    const fail = (what: string): never => {
      throw new InputError(what);
    };
    let content: unknown;
    try {
      content = JSON.parse(line);
    } catch (error) {
      return fail(`no JSON: ${(error as Error).message}`);
    }
    const parsed = lineSchema.safeParse(content);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return fail(`${issue!.path.length > 0 ? `${issue!.path.join(".")}: ` : ""}${issue!.message}`);
    }
    const { obs_id = 0, event_id, tel_id, image, peak_time, image_mask, alt_deg, az_deg } = parsed.data;
    const telescope = this.telescopes.get(tel_id);
    if (!telescope) return fail(`there is no telescope ${tel_id}, only ${[...this.telescopes.keys()].join(", ")}`);
    const pixels = this.array.subarray.cameras.get(telescope.cameraIndex)!.pixelX.length;
    for (const [name, list] of Object.entries({ image, peak_time, image_mask })) {
      if (list && list.length !== pixels) fail(`${name} has ${list.length} values, the camera has ${pixels} pixels`);
    }
    if (this.needsTimes && !peak_time) fail("peak_time is missing, and a model looks at it");
    const charge = floats(image);
    const times = peak_time ? floats(peak_time) : new Float32Array(pixels);
    const given = image_mask && Uint8Array.from(image_mask, Number);
    const { mask, parameters } = parametrise(this.frame(telescope), { image: charge, peakTime: times }, given);
    return {
      array: this.array,
      obsId: obs_id,
      eventId: event_id,
      telId: tel_id,
      image: { image: charge, peakTime: times, mask },
      parameter: (name) =>
        parameters ? parameterColumns.find(({ schema }) => schema.name === name)!.value(parameters) : Number.NaN,
      pointing: { altRad: (alt_deg ?? Number.NaN) / degPerRad, azRad: (az_deg ?? Number.NaN) / degPerRad },
      seenMs,
    };
  }

  /**
   * The events of a stream of lines, as many at a time as have come together. While they are predicted nothing more is
   * read than what lies in the pipe, so that a sender that is too fast has to wait.
   * @param onBadLine told the number of a line that is no image, and why
   */
  async *read(input: Readable, onBadLine: (line: number, why: string) => void): LiveSource {
    let rest = "";
    let number = 0;
    const events = (lines: readonly string[]): LiveEvent[] => {
      const seenMs = performance.now();
      return lines.flatMap((line) => {
        number++;
        if (line.trim() === "") return [];
        try {
          return [this.event(line, seenMs)];
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          onBadLine(number, error.message);
          return [];
        }
      });
    };
    input.setEncoding("utf8");
    for await (const chunk of input as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (rest.length > longestLine) {
        throw new InputError(`line ${number + lines.length + 1} does not end`, {
          place: "standard input",
          remedy: "send one JSON object a line",
        });
      }
      if (lines.length > 0) yield events(lines);
    }
    if (rest !== "") yield events([rest]);
  }
}
