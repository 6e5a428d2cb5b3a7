export { CherenkitError, ConfigError, InputError, InterruptedError, OutputError } from "./errors.js";
