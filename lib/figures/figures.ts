import { angularResolution } from "./angular-resolution.js";
import { angularResolutionBy } from "./angular-resolution-by.js";
import { arrayDisplay } from "./array-display.js";
import { aucByEnergy } from "./auc-by-energy.js";
import { backgroundRate } from "./background-rate.js";
import { calibration } from "./calibration.js";
import { cameraGallery } from "./camera-gallery.js";
import { cameraImage } from "./camera-image.js";
import { confusionMatrix } from "./confusion-matrix.js";
import { containmentCurve } from "./containment-curve.js";
import { directionArrows } from "./direction-arrows.js";
import { directionBias } from "./direction-bias.js";
import { directionResiduals } from "./direction-residuals.js";
import { effectiveArea } from "./effective-area.js";
import { efficiencyCurve } from "./efficiency-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { energyBias } from "./energy-bias.js";
import { energyDispersion } from "./energy-dispersion.js";
import { energyResiduals } from "./energy-residuals.js";
import { energyResolution } from "./energy-resolution.js";
import { eventDisplay } from "./event-display.js";
import { fieldOfView } from "./field-of-view.js";
import { imageDistributions } from "./image-distributions.js";
import { learningCurve } from "./learning-curve.js";
import { mappedImage } from "./mapped-image.js";
import { mappedImages } from "./mapped-images.js";
import { metricComparison } from "./metric-comparison.js";
import { migrationMatrix } from "./migration-matrix.js";
import { pixelTraces } from "./pixel-traces.js";
import { pointSpread } from "./point-spread.js";
import { precisionRecallCurve } from "./precision-recall-curve.js";
import { predictionScatter } from "./prediction-scatter.js";
import { lst1Mono, sst1mMono, sst1mStereo } from "./published-performance.js";
import { rocCurve } from "./roc-curve.js";
import { scoreDistribution } from "./score-distribution.js";
import { sensitivity } from "./sensitivity.js";
import { thetaSquared } from "./theta-squared.js";
import { tradeOff } from "./trade-off.js";
import { waveforms } from "./waveforms.js";

/**
 * All figures. Each takes plain results and gives a figure that shows itself; where something is missing, a labelled
 * empty one.
 */
export const figures = {
  angularResolution,
  angularResolutionBy,
  arrayDisplay,
  aucByEnergy,
  backgroundRate,
  calibration,
  cameraGallery,
  cameraImage,
  confusionMatrix,
  containmentCurve,
  directionArrows,
  directionBias,
  directionResiduals,
  effectiveArea,
  efficiencyCurve,
  /** A labelled empty box. */
  empty: emptyFigure,
  energyBias,
  energyDispersion,
  energyResiduals,
  energyResolution,
  eventDisplay,
  fieldOfView,
  imageDistributions,
  learningCurve,
  mappedImage,
  mappedImages,
  metricComparison,
  migrationMatrix,
  pixelTraces,
  pointSpread,
  precisionRecallCurve,
  predictionScatter,
  /** Published performance, for comparison. */
  published: { lst1Mono, sst1mMono, sst1mStereo },
  rocCurve,
  scoreDistribution,
  sensitivity,
  thetaSquared,
  tradeOff,
  waveforms,
} as const;
