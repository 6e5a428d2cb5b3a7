import type { InstrumentResponse } from "./instrument-response.js";
import { ringSolidAngles } from "./solid-angle.js";

/**
 * Radius that holds a share of the point spread function, deg, `[true energy][offset]`; linear within a bin of radius, NaN
 * without events.
 */
export function psfContainment({ axes, pointSpread }: InstrumentResponse, share: number = 0.68): Float64Array {
  const { trueEdgesTeV, offsetEdgesDeg, radiusEdgesDeg } = axes;
  const radii = radiusEdgesDeg.length - 1;
  const angles = ringSolidAngles(radiusEdgesDeg);
  const cells = (trueEdgesTeV.length - 1) * (offsetEdgesDeg.length - 1);
  return Float64Array.from({ length: cells }, (_, cell) => {
    const parts = angles.map((angle, i) => angle * pointSpread[cell * radii + i]!);
    const total = parts.reduce((sum, part) => sum + part, 0);
    let held = 0;
    for (let i = 0; total > 0 && i < radii; i++) {
      const needed = share * total - held;
      if (parts[i]! > 0 && needed <= parts[i]!) {
        const [from, to] = [radiusEdgesDeg[i]!, radiusEdgesDeg[i + 1]!];
        return from + ((to - from) * needed) / parts[i]!;
      }
      held += parts[i]!;
    }
    return Number.NaN;
  });
}
