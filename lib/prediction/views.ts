import { isDeepStrictEqual } from "node:util";
import type { ReaderConfig } from "../config/config.js";
import type { PredictionModel } from "./prediction-model.js";

/** The way in which some models look at an image: which channels, and how they are mapped. */
export interface View {
  readonly reader: Pick<ReaderConfig, "channels" | "mapper" | "imageShape">;
  /** [height, width, channels] */
  readonly imageShape: readonly [number, number, number];
  readonly models: readonly PredictionModel[];
}

/** Models that see the same images share them: each image is read and mapped once a view. */
export function viewsOf(models: readonly PredictionModel[]): View[] {
  const views: { reader: View["reader"]; imageShape: View["imageShape"]; models: PredictionModel[] }[] = [];
  for (const model of models) {
    const { channels, mapper, imageShape } = model.card.reader;
    const reader = { channels, mapper, imageShape };
    const { inputShape } = model.card;
    const known = views.find(
      (view) => isDeepStrictEqual(view.reader, reader) && isDeepStrictEqual(view.imageShape, inputShape),
    );
    if (known) known.models.push(model);
    else views.push({ reader, imageShape: inputShape, models: [model] });
  }
  return views;
}
