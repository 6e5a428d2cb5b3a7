import type { OutputError } from "../errors.js";
import { outputError } from "../files/write-atomically.js";

/** What HDF5's error trace says of a failed write → what the file system said. */
const codes: readonly (readonly [RegExp, string])[] = [
  [/no space left|errno = 51\b/i, "ENOSPC"],
  [/quota/i, "EDQUOT"],
  [/permission denied/i, "EACCES"],
  [/read-only file system/i, "EROFS"],
];

/** Turns a failure of HDF5 to write into one clear error. */
export function writeError(path: string, cause: unknown): OutputError {
  const trace = cause instanceof Error ? cause.message : String(cause);
  const code = codes.find(([pattern]) => pattern.test(trace))?.[1];
  if (code) return outputError(path, Object.assign(new Error(trace), { code }));
  return outputError(path, new Error(trace.split("\n").at(-1)?.trim() || "HDF5 could not write it", { cause }));
}
