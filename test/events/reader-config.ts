import type { ReaderConfig } from "../../lib/config/config.js";

/** How the tests read events, where they do not say otherwise: everything, one row an image. */
export function readerConfig(changes: Partial<ReaderConfig> = {}): ReaderConfig {
  return {
    mode: "mono",
    channels: ["image"],
    mapper: "BilinearMapper",
    imageShape: null,
    allowedTelescopes: null,
    allowedTelescopeTypes: null,
    qualityCriteria: [],
    focalLength: "equivalent",
    minTelescopes: 1,
    minTelescopesOfType: [],
    stackTelescopeImages: false,
    sortByIntensity: false,
    skipIncompatibleFiles: false,
    ...changes,
  };
}
