import type { ReaderConfig } from "../../lib/config/config.js";

/** How the tests of image store and batches read: every image, two channels. */
export const storeReader: ReaderConfig = {
  mode: "mono",
  channels: ["image", "peak_time"],
  mapper: "BilinearMapper",
  imageShape: null,
  allowedTelescopes: null,
  allowedTelescopeTypes: null,
  qualityCriteria: [],
  focalLength: "equivalent",
  minTelescopes: 1,
  stackTelescopeImages: false,
  sortByIntensity: false,
  skipIncompatibleFiles: false,
};
