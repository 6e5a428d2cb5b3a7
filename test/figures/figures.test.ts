import assert from "node:assert/strict";
import { test } from "node:test";
import { jupyterDisplay } from "../../lib/display/mime-bundle.js";
import type { BinnedEstimate } from "../../lib/evaluation/binned-estimate.js";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { DirectionEvaluation, EnergyEvaluation, TypeEvaluation } from "../../lib/evaluation/evaluation.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { binnedCurve } from "../../lib/figures/binned-curve.js";
import { Figure } from "../../lib/figures/figure.js";
import { figures } from "../../lib/figures/figures.js";
import { type OneOrMore, toSeries } from "../../lib/figures/series.js";
import { gallery } from "./gallery.js";
import { sampleDirection, sampleEnergy, samplePredictions } from "./sample-results.js";

/** Quantities without a unit. */
const pureNumbers =
  /^(Gammaness|Smallest gammaness kept|Mean gammaness of the bin|Density of events|Assigned class|True class|Epoch|Loss|Learning rate|Images|Area under the ROC curve|Row|Column|Sample|Area under ROC|Balanced accuracy|F1|Brier score|Energy bias|Resolution \(68 %\)|R² of log E|E_reco \/ E_true)$/;

const isBinned = (input: OneOrMore<BinnedEstimate>): input is BinnedEstimate => "edges" in input;

type Axis = { title?: { text?: string }; visible?: boolean };

function axisTitles(figure: Figure): string[] {
  const axes = Object.entries(figure.layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  return axes.flatMap(([, axis]) => (axis as Axis).title?.text ?? []).filter(Boolean);
}

test("every axis names its quantity and its unit", () => {
  for (const [name, figure] of Object.entries(gallery)) {
    const titles = axisTitles(figure);
    const wrong = titles.filter((title) => !/ \[[^\]]+\]$/.test(title) && !pureNumbers.test(title));
    assert.deepEqual(wrong, [], name);
    if (name !== "empty") assert.ok(titles.length >= 1, name);
  }
});

test("powers of ten are written by us: Plotly's are a quarter larger than other labels", () => {
  for (const [name, { layout }] of Object.entries(gallery)) {
    const axes = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
    const own = axes.filter(([, axis]) => (axis as { exponentformat?: string }).exponentformat === "power");
    assert.deepEqual(own, [], name);
  }
  const { tickvals, ticktext } = gallery.sensitivity!.layout.yaxis as { tickvals: number[]; ticktext: string[] };
  assert.equal(ticktext[tickvals.indexOf(1e-12)], "10<sup>−12</sup>");
});

test("the axis of a binned curve begins with the first bin that has a value", () => {
  const value = [Number.NaN, 0.3, 0.2, Number.NaN];
  const binned = { edges: [0.25, 0.5, 1, 2, 4], counts: [3, 40, 40, 3], value, low: value, high: value };
  const of = { quantity: "True energy", unit: "TeV", log: true };
  const { layout } = binnedCurve(toSeries(binned, isBinned), {
    title: "Curve",
    of,
    quantity: "Share",
    unit: "%",
    scale: 1,
  });
  const { range } = layout.xaxis as { range: [number, number] };
  const [low, high] = range.map((end) => 10 ** end) as [number, number];
  assert.ok(low <= 0.5 && low > 0.4 && high >= 2 && high < 2.2, `${low} to ${high}`);
});

test("every figure shows itself in a notebook, small, without a number that JSON does not know", () => {
  for (const [name, figure] of Object.entries(gallery)) {
    const bundle = figure[jupyterDisplay]();
    assert.match(bundle["text/plain"] as string, /^\[figure\] \S[^\n]+$/, name);
    const content = bundle["application/vnd.plotly.v1+json"];
    const json = JSON.stringify(content);
    assert.deepEqual(JSON.parse(json), content, `${name} has NaN, a typed array or undefined in it`);
    assert.ok(json.length < 300_000, `${name}: ${json.length} bytes`);
  }
});

test("a figure of a million events is as small as one of ten thousand", () => {
  const small = JSON.stringify(figures.migrationMatrix(sampleEnergy(10_000))).length;
  const large = JSON.stringify(figures.migrationMatrix(sampleEnergy(1_000_000))).length;
  assert.ok(large < 2 * small, `${large} against ${small} bytes`);
});

test("bins with too few events stay empty", () => {
  const evaluation = sampleEnergy(1500);
  const { resolution } = evaluation.curves.byEnergy;
  const empty = resolution.counts.map((count) => count < 20);
  assert.ok(empty.includes(true) && empty.includes(false));
  const curve = figures.energyResolution(evaluation).data.find((trace) => trace.mode === "lines+markers")!;
  const y = curve.y as (number | null)[];
  assert.deepEqual(
    y.map((value) => value === null),
    empty,
  );
  y.forEach((value, i) => {
    if (value !== null) assert.ok(Math.abs(value - 100 * resolution.value[i]!) < 1e-4);
  });
});

test("bands hold the limits of the intervals in the unit of the axis", () => {
  const evaluation = sampleDirection(20_000);
  const { value, low, high } = evaluation.curves.byEnergy;
  const band = figures.angularResolution(evaluation).data.find((trace) => trace.fill === "toself")!;
  const y = (band.y as (number | null)[]).filter((item) => item !== null);
  for (const [i, middle] of value.entries()) {
    if (Number.isNaN(middle)) continue;
    for (const limit of [low[i]!, high[i]!]) assert.ok(y.some((item) => Math.abs(item - limit) < 1e-6));
  }
});

test("several results share a figure under their names", () => {
  for (const name of ["rocCurves", "calibrations", "energyResolutions", "angularResolutions", "thetaSquares"]) {
    const legend = gallery[name]!.data.filter((trace) => trace.showlegend !== false).map((trace) => String(trace.name));
    for (const model of ["SingleCNN", "ResNet", "small"])
      assert.ok(
        legend.some((item) => item.startsWith(model)),
        name,
      );
  }
});

const typeFigures = [
  figures.rocCurve,
  figures.precisionRecallCurve,
  figures.scoreDistribution,
  figures.efficiencyCurve,
  figures.calibration,
  figures.confusionMatrix,
  figures.aucByEnergy,
];
const energyFigures = [figures.migrationMatrix, figures.energyResolution, figures.energyBias, figures.energyResiduals];
const directionFigures = [
  figures.angularResolution,
  (one: OneOrMore<DirectionEvaluation>): Figure => figures.angularResolutionBy("offset", one),
  (one: OneOrMore<DirectionEvaluation>): Figure => figures.angularResolutionBy("impact", one, "rms"),
  figures.fieldOfView,
  figures.thetaSquared,
  figures.containmentCurve,
  figures.directionResiduals,
  figures.directionBias,
  (one: OneOrMore<DirectionEvaluation>): Figure => figures.directionArrows(one as DirectionEvaluation),
];

/** All figures of what is left of the predictions. */
function drawAll(predictions: Predictions): Figure[] {
  const type = evaluateTask(predictions, "type") as TypeEvaluation;
  const energy = evaluateTask(predictions, "energy") as EnergyEvaluation;
  const direction = evaluateTask(predictions, "skydirection") as DirectionEvaluation;
  return [
    ...typeFigures.flatMap((draw) => [draw(type), draw({ "a model": type })]),
    ...energyFigures.flatMap((draw) => [draw(energy), draw({ "a model": energy })]),
    ...directionFigures.flatMap((draw) => [draw(direction), draw({ "a model": direction })]),
    ...[type, energy, direction].map((evaluation) => figures.metricComparison({ "a model": evaluation })),
  ];
}

const note = (figure: Figure): string =>
  ((figure.layout.annotations as { text: string }[] | undefined) ?? [])[0]?.text ?? "";

test("without any event every figure is a labelled empty box", () => {
  const nothing = samplePredictions("type", 0);
  const invalid = { ...samplePredictions("type", 50), valid: new Uint8Array(50) };
  for (const figure of [...drawAll(nothing), ...drawAll(invalid)]) {
    assert.deepEqual(figure.data, []);
    assert.ok(note(figure).length > 5, figure.description);
  }
  assert.match(note(figures.learningCurve([])), /no epoch/);
  assert.match(note(figures.metricComparison({})), /no model/);
});

test("two events, one class or values read from JSON are drawn, never an error", () => {
  const two = samplePredictions("type", 2);
  const gammas = samplePredictions("type", 300);
  gammas.trueParticle.fill(0);
  const protons = samplePredictions("type", 300);
  protons.trueParticle.fill(101);
  for (const predictions of [two, gammas, protons]) {
    for (const figure of drawAll(predictions)) {
      assert.ok(figure.data.length > 0 || note(figure) !== "", figure.description);
      assert.doesNotThrow(() => JSON.stringify(figure));
    }
  }
  assert.match(note(figures.rocCurve(evaluateTask(gammas, "type") as TypeEvaluation)), /missing/);
  const read = JSON.parse(JSON.stringify(sampleEnergy(300))) as EnergyEvaluation;
  assert.deepEqual(figures.energyResolution(read).data, figures.energyResolution(sampleEnergy(300)).data);
});

test("a result of another task gives an empty figure that says so", () => {
  const energy = sampleEnergy(100) as unknown as TypeEvaluation;
  assert.ok(note(figures.rocCurve(energy)) !== "");
});

test("the confusion matrix puts gammas in the row of gammas", () => {
  const predictions = samplePredictions("type", 4);
  predictions.trueParticle.set([0, 0, 0, 101]);
  predictions.gammaness?.set([0.9, 0.8, 0.2, 0.6]);
  const [trace] = figures.confusionMatrix(evaluateTask(predictions, "type") as TypeEvaluation).data;
  const cell = (truth: string, assigned: string): string => {
    const { x, y, text } = trace as { x: string[]; y: string[]; text: string[][] };
    return text[y.indexOf(truth)]![x.indexOf(assigned)]!;
  };
  assert.equal(cell("gamma", "gamma"), "66.7 %<br>2");
  assert.equal(cell("gamma", "background"), "33.3 %<br>1");
  assert.equal(cell("background", "gamma"), "100 %<br>1");
  assert.equal(cell("background", "background"), "0 %<br>0");
});

test("what the predictions do not tell is an empty figure that says so", () => {
  const { impactM: _, ...rest } = samplePredictions("skydirection", 500);
  const evaluation = evaluateTask(rest, "skydirection") as DirectionEvaluation;
  assert.match(note(figures.angularResolutionBy("impact", evaluation)), /do not tell the impact distance/);
});

test("a figure says who its events are in one line of text", () => {
  assert.ok(gallery.rocCurve instanceof Figure);
  assert.match(String(gallery.rocCurve), /^\[figure\] ROC curve: AUC 0\.\d+$/);
  assert.match(String(gallery.learningCurve), /smallest validation loss 0\.\d+ in epoch \d+$/);
});
