import { isDeepStrictEqual } from "node:util";
import { type Channel, expandChannels, isWaveformName } from "./channel.js";
import type { ReaderConfig } from "./config.js";
import { dl1dhReaderDefaults } from "./defaults.js";
import { type Places, predict, train, trainReader } from "./places.js";
import type { ConfigFile, TrainingSection } from "./schema.js";
import type { Task } from "./task.js";
import { isSet, type KeyPath } from "./yaml-source.js";

type ReaderSection = NonNullable<TrainingSection["TrainCTLearnModel"]["DLImageReader"]>;

function resolveMode(
  file: ConfigFile,
  taskList: readonly Task[],
  places: Places,
): { readonly mode: "mono" | "stereo"; readonly stack: boolean } {
  const tool = file.training_model.TrainCTLearnModel;
  const modePath: KeyPath = [...trainReader, "mode"];
  const stackPath: KeyPath = [...train, "stack_telescope_images"];
  const taskPath: KeyPath = isSet(places.source, ["prepare_model", "tasks"])
    ? ["prepare_model", "tasks"]
    : [...train, "reco_tasks"];
  const given = tool.DLImageReader?.mode;
  const mono = taskList.includes("cameradirection");
  const stereo = taskList.includes("skydirection");
  if (mono && stereo) places.problem(taskPath, "cameradirection is mono and skydirection is stereo; train them apart");
  const mode = given ?? (stereo ? "stereo" : "mono");
  if (mono && given === "stereo") places.contradiction(taskPath, modePath, "cameradirection is always mono");
  if (stereo && given === "mono") places.contradiction(taskPath, modePath, "skydirection is always stereo");
  const stack = tool.stack_telescope_images ?? mode === "stereo";
  if (stack && mode === "mono") places.contradiction(stackPath, modePath, "there is nothing to stack in mono");
  if (tool.sort_by_intensity && mode === "mono") {
    places.contradiction([...train, "sort_by_intensity"], modePath, "there is nothing to sort in mono");
  }
  if (!stack && mode === "stereo") {
    places.problem(
      stackPath,
      "stereo networks see the images of all telescopes stacked: leave it out, or set it to true; `cherenkit images` writes them unstacked",
    );
  }
  return { mode, stack };
}

function resolveImageShape(
  file: ConfigFile,
  reader: ReaderSection,
  mapperName: string,
  mode: "mono" | "stereo",
  channels: number,
  places: Places,
): number | null {
  const shapePath: KeyPath = isSet(places.source, ["prepare_model", "input_shape"])
    ? ["prepare_model", "input_shape"]
    : ["prepare_model", "image_shape"];
  const shape = places.agree([
    [["prepare_model", "input_shape"], file.prepare_model?.input_shape],
    [["prepare_model", "image_shape"], file.prepare_model?.image_shape],
  ]);
  const blocks: Readonly<Record<string, { interpolation_image_shape?: number | null } | undefined>> = {
    BilinearMapper: reader.BilinearMapper,
    BicubicMapper: reader.BicubicMapper,
    NearestNeighborMapper: reader.NearestNeighborMapper,
    RebinMapper: reader.RebinMapper,
  };
  const side = places.agree<number | null>([
    [[...trainReader, "interpolation_image_shape"], reader.interpolation_image_shape],
    [[...trainReader, mapperName, "interpolation_image_shape"], blocks[mapperName]?.interpolation_image_shape],
    [[...trainReader, "ImageMapper", "interpolation_image_shape"], reader.ImageMapper?.interpolation_image_shape],
  ]);
  if (!shape) return side ?? null;
  const [height, width, depth] = shape;
  if (height !== width) places.problem(shapePath, `mapped images are square, found ${height} × ${width}`);
  if (side && side !== height) {
    const sidePath = [
      [...trainReader, "interpolation_image_shape"],
      [...trainReader, mapperName, "interpolation_image_shape"],
    ].find((path) => isSet(places.source, path)) ?? [...trainReader, "ImageMapper", "interpolation_image_shape"];
    places.contradiction(shapePath, sidePath, `a side of ${height} pixels here, of ${side} there`);
  }
  const fits = mode === "stereo" ? depth % channels === 0 : depth === channels;
  if (!fits) {
    const why = `${depth} channels here, ${channels} there`;
    if (reader.channels) places.contradiction(shapePath, [...trainReader, "channels"], why);
    else
      places.problem(
        shapePath,
        `${depth} channels, but the reader gives ${dl1dhReaderDefaults.channels.join(" and ")}`,
      );
  }
  return height;
}

/** What each pixel holds; names of waveforms become their samples. */
function resolveChannels(reader: ReaderSection, places: Places): readonly Channel[] {
  const names = reader.channels ?? dl1dhReaderDefaults.channels;
  const path = [...trainReader, "channels"];
  if (new Set(names).size < names.length) places.problem(path, "a channel is named twice");
  const length = reader.sequence_length ?? null;
  if (length === null && names.some(isWaveformName)) {
    places.problem(
      path,
      "waveforms need sequence_length, the number of samples (cherenkit inspect shows the readout's)",
    );
  }
  return expandChannels(names, {
    length: length ?? 1,
    position: reader.sequence_position ?? dl1dhReaderDefaults.sequencePosition,
  });
}

/** The mapper's name from a name or from ctapipe's list of [type, pattern, name]. */
function mapperName(value: NonNullable<ReaderSection["image_mapper_type"]>, path: KeyPath, places: Places): string {
  if (typeof value === "string") return value;
  const names = new Set(value.map(([, , name]) => String(name)));
  if (names.size > 1) places.problem(path, "images of one telescope type are read, so one mapper is needed");
  return String(value.at(-1)![2]);
}

/** Telescopes of a type that an event must have, from a number or from ctapipe's list of [type, pattern, number]. */
function leastOfTypes(
  value: NonNullable<ReaderSection["min_telescopes_of_type"]>,
  places: Places,
): ReaderConfig["minTelescopesOfType"] {
  if (typeof value === "number") return value > 0 ? [{ type: "*", least: value }] : [];
  return value.map(([by, pattern, least]) => {
    const wanted = Number(least);
    if (by !== "type" || !Number.isInteger(wanted) || wanted < 0) {
      places.problem([...trainReader, "min_telescopes_of_type"], 'write entries as ["type", "LST*", 2]');
    }
    return { type: String(pattern), least: wanted };
  });
}

/** How events are read, in training and so in testing. */
export function resolveReader(file: ConfigFile, taskList: readonly Task[], places: Places): ReaderConfig {
  const tool = file.training_model.TrainCTLearnModel;
  const reader = tool.DLImageReader ?? {};
  const { mode, stack } = resolveMode(file, taskList, places);
  const mapper = reader.image_mapper_type
    ? mapperName(reader.image_mapper_type, [...trainReader, "image_mapper_type"], places)
    : dl1dhReaderDefaults.mapper;
  const channels = resolveChannels(reader, places);
  const criteria = reader.TableQualityQuery?.quality_criteria ?? dl1dhReaderDefaults.qualityCriteria;

  // Settings repeated for testing must be those of training.
  const repeated = file.testing_model?.PredictCTLearnModel;
  const standard: Readonly<Record<string, unknown>> = {
    mode,
    channels: dl1dhReaderDefaults.channels,
    sequence_position: dl1dhReaderDefaults.sequencePosition,
    image_mapper_type: mapper,
  };
  for (const [name, value] of Object.entries(repeated?.DLImageReader ?? {})) {
    const own = (reader as Record<string, unknown>)[name] ?? standard[name];
    if (own === undefined || isDeepStrictEqual(own, value)) continue;
    const there = isSet(places.source, [...trainReader, name]) ? [...trainReader, name] : train;
    places.contradiction([...predict, "DLImageReader", name], there, `testing must read as training does`);
  }
  for (const [name, own] of [
    ["stack_telescope_images", stack],
    ["sort_by_intensity", tool.sort_by_intensity ?? false],
  ] as const) {
    const value = repeated?.[name];
    if (value === undefined || value === own) continue;
    places.contradiction([...predict, name], [...train, name], `${value} here, ${own} in training`);
  }

  return {
    mode,
    channels,
    mapper,
    imageShape: resolveImageShape(file, reader, mapper, mode, channels.length, places),
    allowedTelescopes: reader.allowed_tels ?? null,
    allowedTelescopeTypes: reader.allowed_tel_types ?? null,
    qualityCriteria: criteria.map((criterion) =>
      typeof criterion === "string"
        ? { name: criterion, expression: criterion }
        : { name: criterion[0], expression: criterion[1] },
    ),
    focalLength:
      (reader.focal_length_choice ?? dl1dhReaderDefaults.focalLength) === "EFFECTIVE" ? "effective" : "equivalent",
    minTelescopes: reader.min_telescopes ?? dl1dhReaderDefaults.minTelescopes,
    minTelescopesOfType: leastOfTypes(reader.min_telescopes_of_type ?? [], places),
    stackTelescopeImages: stack,
    sortByIntensity: tool.sort_by_intensity ?? false,
    skipIncompatibleFiles: reader.skip_incompatible_files ?? false,
  };
}
