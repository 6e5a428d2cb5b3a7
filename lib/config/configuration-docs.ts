import { configJsonSchema, expectation, type JsonSchema, sectionOf } from "./json-schema.js";

function standard(schema: JsonSchema, required: boolean): string {
  if (required) return "*needed*";
  if (schema.default === undefined) return "";
  return typeof schema.default === "string" ? schema.default : `\`${JSON.stringify(schema.default)}\``;
}

/** Brief words for a value; the keys of an inner section stand in rows of their own. */
function accepts(schema: JsonSchema): string {
  const section = sectionOf(schema);
  if (!section?.properties) return expectation(schema);
  return schema.anyOf ? "a section or null" : "a section";
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function rows(schema: JsonSchema, path: string): string[] {
  const section = sectionOf(schema);
  return Object.entries(section?.properties ?? {}).flatMap(([name, inner]) => {
    const full = path === "" ? name : `${path}.${name}`;
    const needed = section?.required?.includes(name) ?? false;
    const row = `| \`${full}\` | ${cell(accepts(inner))} | ${cell(standard(inner, needed))} | ${cell(inner.description ?? "")} |`;
    return [row, ...rows(inner, full)];
  });
}

function table(schema: JsonSchema, path: string): string[] {
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows(schema, path)];
}

/** A block that several sections share, described once. */
interface Shared {
  readonly title: string;
  readonly place: string;
  readonly schema: JsonSchema;
  readonly note: string;
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}

function property(schema: JsonSchema, ...path: readonly string[]): JsonSchema {
  let found = schema;
  for (const name of path) {
    const next = sectionOf(found)?.properties?.[name];
    if (!next) throw new RangeError(`the schema of a configuration has no ${path.join(".")}`);
    found = next;
  }
  return sectionOf(found) ?? found;
}

/** The text of docs/configuration.md, made from the schema that checks the files. */
export function configurationMarkdown(): string {
  const schema = configJsonSchema();
  const modelBlocks = ["CTLearnModel", "SingleCNN", "ResNet", "LoadedModel", "CustomModel"];
  const traits = ["init_padding", "head_layers", "head_activation_function"].concat([
    "attention_mechanism",
    "attention_reduction_ratio",
  ]);
  const reader = property(schema, "training_model", "TrainCTLearnModel", "DLImageReader");
  const shared: Shared[] = [
    {
      title: "CTLearnModel",
      place: "CTLearnModel",
      schema: property(schema, "prepare_model", "CTLearnModel"),
      note: "In `prepare_model` or `training_model`; the two must not differ. `SingleCNN`, `ResNet` and `LoadedModel` take the same keys, and win.",
    },
    ...["SingleCNN", "ResNet", "CustomModel"].map((name) => ({
      title: name,
      place: name,
      schema: without(property(schema, "prepare_model", name), traits),
      note: property(schema, "prepare_model", name).description ?? "In `prepare_model` or `training_model`.",
    })),
    {
      title: "DLImageReader",
      place: "DLImageReader",
      schema: reader,
      note: "In `training_model.TrainCTLearnModel`. `testing_model.PredictCTLearnModel` may repeat it; testing always reads as training did.",
    },
  ];
  const sections: [string, JsonSchema, readonly string[]][] = [
    ["prepare_model", property(schema, "prepare_model"), modelBlocks],
    ["training_model.TrainCTLearnModel", property(schema, "training_model", "TrainCTLearnModel"), ["DLImageReader"]],
    ["testing_model", without(property(schema, "testing_model"), ["PredictCTLearnModel"]), []],
    ["testing_model.PredictCTLearnModel", property(schema, "testing_model", "PredictCTLearnModel"), ["DLImageReader"]],
  ];
  const dollar = "$";
  return `${[
    "<!-- Made from lib/config/schema.ts by `npm run docs`. Edit there. -->",
    "# Configuration",
    "",
    "A YAML file describes one model: which network, trained on what, tried on what. It has the sections `prepare_model`,",
    "`training_model` and `testing_model` of the [scripts around CTLearn](from-ctlearn.md) that cherenkit replaces (the former system); their files load unchanged. `configs/` holds examples.",
    "",
    "- **Strict.** An unknown key, a wrong type or a contradiction is an error with file, line and column; all of them are",
    "  listed at once, before anything runs.",
    "- **Paths.** Relative paths start at the project folder: the nearest folder at or above the file with a `package.json`,",
    "  else the file's own folder. `~/` is the home folder.",
    `- **Placeholders.** \`{name}\` is an entry of \`paths:\`, \`${dollar}{NAME}\` an environment variable, \`${dollar}{NAME:-text}\` one with a`,
    "  default. One without a value is an error.",
    "- **Derived.** Task, mode, stacking, image shape and model folder may be left out where another key gives them. Where",
    "  they are given twice they must agree.",
    "- **Command line.** `--set key.path=value` changes any key for one run, e.g. `--set n_epochs=3`; the end of the path is",
    "  enough where it is clear.",
    "- **Editor.** `configs/schema.json` is the JSON Schema; the first line of each example switches completion on.",
    "",
    "## paths",
    "",
    property(schema, "paths").description ?? "",
    "",
    ...sections.flatMap(([name, section, left]) => [`## ${name}`, "", ...table(without(section, left), ""), ""]),
    ...shared.flatMap((block) => [`## ${block.title}`, "", block.note, "", ...table(block.schema, ""), ""]),
  ]
    .join("\n")
    .trimEnd()}\n`;
}
