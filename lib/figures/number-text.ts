import type { Estimate } from "../evaluation/confidence-interval.js";

/** Three significant digits; `–` for what is not known. */
export function numberText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || (magnitude > 0 && magnitude < 1e-3)) return value.toExponential(1);
  return magnitude >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}

/** `0.912 (0.908–0.915)`, the interval only where it is known. */
export function estimateText({ value, low, high }: Estimate, unit: string = ""): string {
  const known = Number.isFinite(low) && Number.isFinite(high);
  const text = known ? `${numberText(value)} (${numberText(low)} … ${numberText(high)})` : numberText(value);
  return unit === "" ? text : `${text} ${unit}`;
}
