const titles: Readonly<Record<string, string>> = {
  auc: "Area under ROC",
  accuracy: "Accuracy",
  balancedAccuracy: "Balanced accuracy",
  baselineAccuracy: "Accuracy of the majority class",
  precision: "Precision",
  recall: "Recall",
  specificity: "Specificity",
  f1: "F1",
  mcc: "Matthews correlation",
  brier: "Brier score",
  backgroundEfficiency70: "Background kept at 70 % gammas",
  backgroundEfficiency80: "Background kept at 80 % gammas",
  backgroundEfficiency90: "Background kept at 90 % gammas",
  gammaEfficiency90: "Gamma efficiency at 90 % rejection",
  gammaEfficiency99: "Gamma efficiency at 99 % rejection",
  bias: "Energy bias",
  resolution: "Resolution (68 %)",
  resolutionAboutZero: "Resolution about zero (68 %)",
  logRmse: "RMS error of log E",
  logMae: "Mean error of log E",
  logR2: "R² of log E",
  r2: "R² of E",
  mae: "Mean error of E",
  rmse: "RMS error of E",
  containment95: "Containment (95 %)",
  median: "Median angle",
  mean: "Mean angle",
  rms: "RMS angle",
  lonBias: "Bias along azimuth",
  latBias: "Bias in altitude",
};

/** A metric's key as a reader's words; keys without a title in words of their own: `averagePrecision` → `Average precision`. */
export function metricTitle(key: string): string {
  const words = key.replaceAll(/([A-Z]+|\d+)/g, " $1").toLowerCase();
  return titles[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
