import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { estimateInBins } from "../../lib/evaluation/binned-estimate.js";
import { containmentRadius } from "../../lib/evaluation/containment-radius.js";
import { energyResolutionByEnergy, relativeErrors } from "../../lib/evaluation/energy-resolution.js";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { DirectionEvaluation, EnergyEvaluation } from "../../lib/evaluation/evaluation.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { sortSample } from "../../lib/evaluation/quantile.js";
import { needsData, sharedData } from "../shared-data.js";
import { prod6Events, prod6File } from "./prod6-events.js";

interface Golden {
  readonly true_energy_bins_TeV: number[];
  readonly n_events: number[];
  readonly angular_resolution_68_deg: (number | null)[];
  readonly energy_bias: (number | null)[];
  readonly energy_resolution: (number | null)[];
}

const available = needsData(prod6File, "golden/golden_pyirf.json");

function golden(): Golden {
  const text = readFileSync(join(sharedData, "golden/golden_pyirf.json"), "utf8");
  return (JSON.parse(text.replaceAll(/\bNaN\b/g, "null")) as { zenith20: Golden }).zenith20;
}

function near(found: readonly number[], expected: readonly (number | null)[], what: string): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => {
    if (value === null) assert.ok(Number.isNaN(found[i]!), `${what} ${i}`);
    else assert.ok(Math.abs(found[i]! - value) < 1e-6, `${what}, bin ${i}: ${found[i]} is not ${value}`);
  });
}

test("angular and energy resolution and bias of the prod6 gammas equal pyirf's in every bin", available, () => {
  const events = prod6Events();
  const expected = golden();
  const edges = expected.true_energy_bins_TeV;
  const [trueEnergy, energy] = [events.get("MC_ENERGY")!, events.get("ENERGY")!];
  const theta = events
    .get("ALT")!
    .map((alt, i) =>
      angularSeparationDeg(events.get("AZ")![i]!, alt, events.get("MC_AZ")![i]!, events.get("MC_ALT")![i]!),
    );
  const angular = estimateInBins(
    edges,
    trueEnergy,
    theta,
    null,
    (values) => containmentRadius(sortSample(values, null)),
    1,
  );
  assert.deepEqual(angular.counts, expected.n_events);
  near(angular.value, expected.angular_resolution_68_deg, "angular resolution");
  const { bias, resolution } = energyResolutionByEnergy(edges, trueEnergy, relativeErrors(trueEnergy, energy), null, 1);
  near(bias.value, expected.energy_bias, "energy bias");
  near(resolution.value, expected.energy_resolution, "energy resolution");
});

test("the evaluation of the prod6 gammas has pyirf's numbers in its own bins", available, () => {
  const events = prod6Events();
  const rows = 2000;
  const predictions: Predictions = {
    task: "energy",
    level: "subarray",
    files: [],
    rows,
    valid: new Uint8Array(rows).fill(1),
    weights: null,
    trueEnergyTeV: events.get("MC_ENERGY")!,
    trueParticle: new Int32Array(rows),
    energyTeV: events.get("ENERGY")!,
    altDeg: events.get("ALT")!,
    azDeg: events.get("AZ")!,
    trueAltDeg: events.get("MC_ALT")!,
    trueAzDeg: events.get("MC_AZ")!,
    pointingAltDeg: events.get("PNT_ALT")!,
    pointingAzDeg: events.get("PNT_AZ")!,
  };
  const energy = evaluateTask(predictions, "energy") as EnergyEvaluation;
  const direction = evaluateTask(predictions, "skydirection") as DirectionEvaluation;
  const { true_energy_bins_TeV, n_events, energy_resolution, angular_resolution_68_deg } = golden();
  let compared = 0;
  for (const [i, count] of n_events.entries()) {
    const low = true_energy_bins_TeV[i]!;
    const bin = energy.curves.byEnergy.resolution.edges.findIndex((edge) => Math.abs(edge / low - 1) < 1e-9);
    if (bin < 0 || count < 20) continue;
    assert.equal(energy.curves.byEnergy.resolution.counts[bin], count);
    near([energy.curves.byEnergy.resolution.value[bin]!], [energy_resolution[i]!], "energy resolution");
    near([direction.curves.byEnergy.value[bin]!], [angular_resolution_68_deg[i]!], "angular resolution");
    compared++;
  }
  assert.ok(compared >= 13, `${compared} bins`);
});
