import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const source = readFileSync(new URL("../../lib/index.ts", import.meta.url), "utf8");

/** Names that the entry exports, as notebooks see them. */
function exported(pattern: RegExp): string[] {
  const names = [...source.matchAll(pattern)].flatMap((match) => match[1]!.split(","));
  return names.map((name) => name.split(" as ").at(-1)!.trim()).sort();
}

test("the public entry exports exactly what notebooks need", async () => {
  const values = [
    "CherenkitError",
    "ConfigError",
    "DataTable",
    "Figure",
    "InputError",
    "InterruptedError",
    "OutputError",
    "calibrateFile",
    "combinePredictions",
    "compareModels",
    "compareNetworks",
    "configTable",
    "customModel",
    "dataFrame",
    "describeFile",
    "evaluateTask",
    "exportOnnx",
    "figures",
    "graphAttribute",
    "graphTypes",
    "hexagonalConv2d",
    "jupyterDisplay",
    "loadConfig",
    "loadModel",
    "metricsTable",
    "modelReport",
    "modelSummary",
    "openEvents",
    "openExamples",
    "openRawEvents",
    "openTrainingData",
    "predictFiles",
    "predictTestFiles",
    "predictedValues",
    "prepareModel",
    "pruneFilters",
    "quantiseModel",
    "readPredictions",
    "registerLowering",
    "responseOfFiles",
    "sampleImages",
    "show",
    "showLive",
    "simulate",
    "spatialDropout2d",
    "stopSignal",
    "tf",
    "train",
    "worstEventsTable",
  ];
  assert.deepEqual(exported(/^export \{([^}]*)\}/gm), values);
  assert.deepEqual(Object.keys(await import("../lib/index.js")).sort(), values);
});

test("the public entry names the types of its values", () => {
  const types = [
    "BackboneBuilder",
    "BackboneOptions",
    "CameraImage",
    "Config",
    "Evaluation",
    "Graph",
    "Lowering",
    "LoweringContext",
    "MappedImage",
    "MetricValue",
    "PublishedPerformance",
    "Task",
    "Value",
  ];
  assert.deepEqual(exported(/^export type \{([^}]*)\}/gm), types);
});

test("the public entry says each export on a line of its own source, and nothing else", () => {
  const lines = source.split("\n").filter((line) => line !== "" && !line.startsWith("/**"));
  assert.ok(lines.every((line) => /^export (type )?\{[^}]*\} from "\.\/[^"]+\.js";$/.test(line)));
});
