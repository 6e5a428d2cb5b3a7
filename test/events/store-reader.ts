import type { ReaderConfig } from "../../lib/config/config.js";
import { readerConfig } from "./reader-config.js";

/** How the tests of image store and batches read: every image, two channels. */
export const storeReader: ReaderConfig = readerConfig({ channels: ["image", "peak_time"] });
