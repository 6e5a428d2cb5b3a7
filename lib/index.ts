export { CherenkitError, ConfigError, InputError, InterruptedError, OutputError } from "./errors.js";
export type { CameraImage } from "./figures/camera-traces.js";
export { Figure } from "./figures/figure.js";
export { figures } from "./figures/figures.js";
export type { MappedImage } from "./figures/mapped-traces.js";
export type { PublishedPerformance } from "./figures/published-performance.js";
