import type { ImageMapper } from "../../camera/image-mapper.js";
import { mapImage } from "../../camera/map-image.js";
import type { Channel } from "../../config/channel.js";
import { type Task, taskOutputs } from "../../config/task.js";
import { ConfigError } from "../../errors.js";
import { writeChannels } from "../../events/channels.js";
import { type Expression, parseExpression } from "../../events/expression.js";
import { subarrayDifference, type Telescope } from "../../events/subarray.js";
import { parameterColumns } from "../../simulation/dl1-columns.js";
import { mappersFor, telescopesFor } from "../fit-model.js";
import type { PredictionModel } from "../prediction-model.js";
import { reconstructMono } from "../reconstructed.js";
import { type View, viewsOf } from "../views.js";
import type { LiveArray, LiveEvent } from "./live-event.js";

/** What the models say of an image: columns of DL2 by task; tasks whose model does not want the image are absent. */
export type LivePrediction = ReadonlyMap<Task, Readonly<Record<string, number>>>;

/** How one array fits the models. */
interface Fit {
  readonly array: LiveArray;
  readonly telescopes: ReadonlyMap<PredictionModel, ReadonlyMap<number, Telescope>>;
  readonly mappers: readonly ReadonlyMap<number, ImageMapper>[];
}

const parameterUnits: ReadonlyMap<string, string | undefined> = new Map(
  parameterColumns.map(({ schema: { name, unit } }) => [name, unit]),
);

function criteriaOf({ card, folder }: PredictionModel): readonly Expression[] {
  if (card.reader.mode === "stereo") {
    throw new ConfigError(`${folder} needs the images of several telescopes, which a stream does not bring together`, {
      place: folder,
      remedy: "stream with models of single telescopes (mode: mono)",
    });
  }
  return card.reader.qualityCriteria.map(({ expression }) => parseExpression(expression, parameterUnits));
}

/** Predicts images as they come, a few at a time, with all models. */
export class LivePredictor {
  private readonly views: readonly View[];
  private readonly criteria: ReadonlyMap<PredictionModel, readonly Expression[]>;
  private readonly images: readonly Float32Array[];
  private fits: readonly Fit[] = [];

  /**
   * @param largest images that are predicted together at most
   * @throws {ConfigError} for a stereo model, or one whose quality criteria a stream cannot know
   */
  constructor(
    models: readonly PredictionModel[],
    readonly largest: number,
  ) {
    this.criteria = new Map(models.map((model) => [model, criteriaOf(model)]));
    this.views = viewsOf(models);
    this.images = this.views.map(
      ({ imageShape: [height, width, channels] }) => new Float32Array(largest * height * width * channels),
    );
  }

  get tasks(): readonly Task[] {
    return this.views.flatMap(({ models }) => models.flatMap(({ tasks }) => tasks));
  }

  /** Channels of all models. */
  get channels(): readonly Channel[] {
    return [...new Set(this.views.flatMap(({ reader }) => reader.channels))];
  }

  /** @throws {InputError} when the array does not fit a model */
  fit(array: LiveArray): Fit {
    const known = this.fits.find(
      (one) => one.array === array || !subarrayDifference(one.array.subarray, array.subarray),
    );
    if (known) return known;
    const telescopes = new Map(
      [...this.criteria.keys()].map((model) => {
        const own = telescopesFor(model, array);
        return [model, new Map(own.map((telescope) => [telescope.id, telescope]))] as const;
      }),
    );
    const mappers = this.views.map(({ models }) => {
      const used = new Map(models.flatMap((model) => [...telescopes.get(model)!]));
      return mappersFor(models[0]!, array, [...used.values()]);
    });
    const fit = { array, telescopes, mappers };
    this.fits = [...this.fits, fit];
    return fit;
  }

  /** Runs every network for every number of images that may come, so that the first event does not wait for it. */
  async warmUp(): Promise<void> {
    for (let size = 1; size <= this.largest; size++) {
      for (const [v, { models, imageShape }] of this.views.entries()) {
        const pixels = imageShape.reduce((product, length) => product * length, 1);
        for (const model of models)
          for (let k = 0; k < 2; k++) await model.predict(this.images[v]!.subarray(0, size * pixels), size);
      }
    }
  }

  /**
   * Predictions of at most `largest` events, in their order.
   * @throws {InputError} when an image has another number of pixels than its camera
   */
  async predict(events: readonly LiveEvent[]): Promise<LivePrediction[]> {
    const results = events.map(() => new Map<Task, Readonly<Record<string, number>>>());
    for (const [v, { models, imageShape, reader }] of this.views.entries()) {
      const pixels = imageShape.reduce((product, length) => product * length, 1);
      const seen = events.flatMap((event, i) => {
        const mapper = this.fit(event.array).mappers[v]!.get(event.telId);
        return mapper && models.some((model) => this.wants(model, event)) ? [{ event, i, mapper }] : [];
      });
      if (seen.length === 0) continue;
      for (const [k, { event, mapper }] of seen.entries()) {
        const vector = new Float32Array(mapper.pixels * reader.channels.length);
        writeChannels(reader.channels, event.image, vector, 0);
        mapImage(mapper, vector, 0, reader.channels.length, this.images[v]!, k * pixels);
      }
      for (const model of models) {
        const { outputs } = await model.predict(this.images[v]!.subarray(0, seen.length * pixels), seen.length);
        for (const [task, values] of outputs) {
          if (task === "skydirection") continue; // always stereo
          const width = taskOutputs[task];
          for (const [k, { event, i }] of seen.entries()) {
            if (!this.wants(model, event)) continue;
            const telescope = this.fit(event.array).telescopes.get(model)!.get(event.telId)!;
            const answer = values.subarray(k * width, (k + 1) * width);
            const columns = reconstructMono(task, answer, [event.pointing], event.array, telescope, model.card.reader);
            results[i]!.set(
              task,
              Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[0]!])),
            );
          }
        }
      }
    }
    return results;
  }

  private wants(model: PredictionModel, event: LiveEvent): boolean {
    if (!this.fit(event.array).telescopes.get(model)!.has(event.telId)) return false;
    return this.criteria.get(model)!.every((criterion) => criterion.evaluate(event.parameter) !== 0);
  }
}
