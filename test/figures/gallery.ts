import type { Figure } from "../../lib/figures/figure.js";
import { figures } from "../../lib/figures/figures.js";
import { hexagonalCamera, sampleImage, sampleMapped, sampleTraces, squareCamera } from "./sample-camera.js";
import { sampleCuts, sampleResponse } from "./sample-response.js";
import { sampleDirection, sampleEnergy, sampleHistory, sampleType } from "./sample-results.js";

const { published } = figures;
const types = { SingleCNN: sampleType(), ResNet: sampleType(20000, 1.5), small: sampleType(400, 2) };
const energies = { SingleCNN: sampleEnergy(), ResNet: sampleEnergy(20000, 1.5), small: sampleEnergy(400, 2) };
const directions = {
  SingleCNN: sampleDirection(),
  ResNet: sampleDirection(20000, 1.5),
  small: sampleDirection(400, 2),
};
const [type, energy, direction] = [types.SingleCNN, energies.SingleCNN, directions.SingleCNN];
/** Images of two particles, with intensities about in proportion to the energies. */
const images = Array.from({ length: 600 }, (_, i) => {
  const trueEnergyTeV = 10 ** ((i % 97) / 48);
  return { trueEnergyTeV, intensity: trueEnergyTeV * (40 + (i % 31)), particle: i % 3 ? "gamma" : "proton" };
});
const mappedPair = ["BilinearMapper", "AxialMapper"].map((name) => ({
  ...sampleMapped,
  channels: [name, "peak_time"],
}));
const histories = { SingleCNN: sampleHistory(25), ResNet: sampleHistory(18, 2) };

/** Every figure, of one result and of several, by name. */
export const gallery: Readonly<Record<string, Figure>> = {
  learningCurve: figures.learningCurve(histories.SingleCNN),
  learningCurves: figures.learningCurve(histories),
  rocCurve: figures.rocCurve(type),
  rocCurves: figures.rocCurve(types),
  precisionRecallCurve: figures.precisionRecallCurve(type),
  precisionRecallCurves: figures.precisionRecallCurve(types),
  scoreDistribution: figures.scoreDistribution(type),
  scoreDistributions: figures.scoreDistribution(types),
  efficiencyCurve: figures.efficiencyCurve(type),
  efficiencyCurves: figures.efficiencyCurve(types),
  calibration: figures.calibration(type),
  calibrationEqualCounts: figures.calibration(type, "counts"),
  calibrations: figures.calibration(types),
  confusionMatrix: figures.confusionMatrix(type),
  confusionMatrices: figures.confusionMatrix(types),
  aucByEnergy: figures.aucByEnergy(type),
  aucByEnergies: figures.aucByEnergy(types),
  migrationMatrix: figures.migrationMatrix(energy),
  migrationMatrices: figures.migrationMatrix(energies),
  energyResolution: figures.energyResolution(energy, [published.sst1mMono, published.sst1mStereo, published.lst1Mono]),
  energyResolutions: figures.energyResolution(energies),
  energyBias: figures.energyBias(energy, [published.sst1mMono]),
  energyBiases: figures.energyBias(energies),
  energyResiduals: figures.energyResiduals(energy),
  energyResidualsOfModels: figures.energyResiduals(energies),
  angularResolution: figures.angularResolution(direction, [published.sst1mMono, published.sst1mStereo]),
  angularResolutions: figures.angularResolution(directions),
  angularResolutionByOffset: figures.angularResolutionBy("offset", direction),
  angularResolutionsByOffset: figures.angularResolutionBy("offset", directions),
  meanByImpact: figures.angularResolutionBy("impact", direction, "mean"),
  resolutionByIntensity: figures.angularResolutionBy("intensity", directions),
  fieldOfView: figures.fieldOfView(direction),
  fieldsOfView: figures.fieldOfView(directions),
  thetaSquared: figures.thetaSquared(direction),
  thetaSquares: figures.thetaSquared(directions),
  containmentCurve: figures.containmentCurve(direction),
  containmentCurves: figures.containmentCurve(directions),
  directionResiduals: figures.directionResiduals(direction),
  directionResidualsOfModels: figures.directionResiduals(directions),
  directionArrows: figures.directionArrows(direction),
  directionScatter: figures.predictionScatter(direction),
  energyScatter: figures.predictionScatter(energy),
  directionBias: figures.directionBias(direction),
  directionBiases: figures.directionBias(directions),
  typeMetrics: figures.metricComparison(types),
  energyMetrics: figures.metricComparison(energies),
  directionMetrics: figures.metricComparison(directions),
  tradeOff: figures.tradeOff(
    Array.from({ length: 10 }, (_, i) => {
      const quality = 0.09 + 0.02 * ((i * 7) % 5);
      return {
        name: `SingleCNN_dual_attention_${i}`,
        cost: 1.2 + 0.1 * (i % 4),
        quality,
        low: quality - 0.004,
        high: quality + 0.004,
      };
    }),
    {
      title: "Quality against cost",
      cost: "Inference an image",
      costUnit: "ms",
      quality: "Mean error of log E",
      qualityUnit: "dex",
      better: "lower",
    },
  ),
  effectiveArea: figures.effectiveArea(sampleResponse()),
  energyDispersion: figures.energyDispersion(sampleResponse()),
  pointSpread: figures.pointSpread(sampleResponse()),
  backgroundRate: figures.backgroundRate(sampleResponse()),
  sensitivity: figures.sensitivity({ SingleCNN: sampleCuts().sensitivity, fewer: sampleCuts(3000).sensitivity }, [
    figures.published.sst1mStereo,
    figures.published.lst1Mono,
  ]),
  cameraGallery: figures.cameraGallery(
    Array.from({ length: 5 }, (_, i) => ({
      camera: sampleImage(hexagonalCamera(), 5.6),
      caption: `gamma of ${i + 1} TeV: predicted 30 TeV<br>run 1, event ${i}, telescope 1`,
    })),
    "The images whose prediction is most wrong",
  ),
  hexagons: figures.cameraImage(sampleImage(hexagonalCamera(), 5.6)),
  squares: figures.cameraImage(sampleImage(squareCamera(), 2.15)),
  mappedImage: figures.mappedImage(sampleMapped),
  pixelTraces: figures.pixelTraces(sampleTraces()),
  mappedImages: figures.mappedImages(mappedPair),
  imageDistributions: figures.imageDistributions(images),
  imageDistributionsOfData: figures.imageDistributions(
    images.map(({ intensity }) => ({ intensity, trueEnergyTeV: Number.NaN, particle: null })),
  ),
  arrayDisplay: figures.arrayDisplay([
    { name: "first", camera: sampleImage(hexagonalCamera(12), 5.6) },
    { name: "second", camera: sampleImage(squareCamera(24), 2.15) },
  ]),
  eventDisplay: figures.eventDisplay(sampleImage(hexagonalCamera(), 5.6), sampleMapped),
  empty: figures.empty("Confusion matrix", "no event has a valid gammaness"),
};
