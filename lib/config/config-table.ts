import { DataTable } from "../display/data-table.js";
import { channelsText } from "./channel.js";
import type { Config } from "./config.js";

/** The settings that matter most, one row each, as a notebook shows them. */
export function configTable(config: Config): DataTable {
  const { reader, training, model } = config;
  const files = ({ folder, patterns }: { folder: string; patterns: readonly string[] }): string =>
    `${patterns.join(", ")} in ${folder}`;
  const rows: [string, string][] = [
    ["task", config.task],
    ["model", `${config.name} (${model.type}${model.attention ? `, ${model.attention.mechanism}` : ""})`],
    ["model folder", config.modelFolder],
    ["signal", files(training.signal)],
    ...(training.background ? [["background", files(training.background)] as [string, string]] : []),
    ["quality cuts", reader.qualityCriteria.map(({ expression }) => expression).join(", ") || "none"],
    ["channels", channelsText(reader.channels)],
    ["image mapper", reader.mapper],
    ["epochs, batch size", `${training.epochs}, ${training.batchSize}`],
    ["optimizer", `${training.optimizer.name}, learning rate ${training.optimizer.learningRate}`],
    ["validation", `${training.validationSplit * 100} % of the images, split by ${training.splitBy}`],
    ["seed", String(training.seed)],
  ];
  return new DataTable(["setting", "value"], rows);
}
