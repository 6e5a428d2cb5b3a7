import { isDeepStrictEqual } from "node:util";
import type { ReaderConfig } from "../config/config.js";
import type { PredictionModel } from "./prediction-model.js";

/** The way in which some models look at images: which channels, how they are mapped, and how telescopes are joined. */
export interface View {
  /** mono: one telescope image; stereo: the images of an event, stacked along the channels. */
  readonly mode: ReaderConfig["mode"];
  readonly reader: Pick<ReaderConfig, "channels" | "mapper" | "imageShape">;
  /** [height, width, channels] of what the network sees. */
  readonly imageShape: readonly [number, number, number];
  readonly models: readonly PredictionModel[];
}

/** In mono the cuts do not matter, since a model's answers for images it does not want are dropped. */
function seesTheSame(a: PredictionModel, b: PredictionModel): boolean {
  const look = ({ card: { reader, inputShape } }: PredictionModel): unknown => {
    const { mode, channels, mapper, imageShape } = reader;
    return mode === "mono" ? { mode, channels, mapper, imageShape, inputShape } : { reader, inputShape };
  };
  return isDeepStrictEqual(look(a), look(b));
}

/** Models that see the same images share them: each image is read and mapped once a view. */
export function viewsOf(models: readonly PredictionModel[]): View[] {
  const views: (View & { models: PredictionModel[] })[] = [];
  for (const model of models) {
    const known = views.find((view) => seesTheSame(view.models[0]!, model));
    if (known) {
      known.models.push(model);
      continue;
    }
    const { reader, inputShape } = model.card;
    views.push({ mode: reader.mode, reader, imageShape: inputShape, models: [model] });
  }
  return views;
}
