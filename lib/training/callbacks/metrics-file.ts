import { writeFileAtomically } from "../../files/write-atomically.js";
import type { Callback } from "./callback.js";

/** Writes metrics.json, whole and at once, after each epoch. */
export function metricsFile(path: string, text: () => string): Callback {
  return {
    name: "metrics-file",
    onEpoch: () => writeFileAtomically(path, text()),
  };
}
