import { closest, distance } from "fastest-levenshtein";
import { InputError } from "../errors.js";

/** What HDF5's error trace says → what it means and what to do. */
const known: readonly (readonly [RegExp, string, string])[] = [
  [
    /file signature not found/i,
    "is not an HDF5 file",
    "check the path; a download may have left a web page or an archive",
  ],
  [/truncated file/i, "is truncated: its end is missing", "copy or download the file again"],
  [/fletcher32|checksum/i, "is damaged: a stored checksum does not match the data", "copy or download the file again"],
  [
    /required filter|can't open directory|filter returned failure.*plugin|is not registered/i,
    "uses a compression that is not installed",
    "run `npm ci` again, or repack the file with ctapipe-merge or ptrepack --complib=zlib",
  ],
  [
    /blosc|inflate|filter returned failure|zstd/i,
    "is damaged: a block cannot be decompressed",
    "copy or download the file again",
  ],
  // A trap of the decompressor, which trusts the lengths in a block.
  [/out of bounds|unreachable/i, "is damaged: a block cannot be decompressed", "copy or download the file again"],
  [/memory|allocation/i, "needs more memory than there is", "read fewer rows at a time"],
];

function traceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The innermost message of an HDF5 error trace, without source files and line numbers. */
function innermost(trace: string): string {
  const lines = trace.split("\n").filter((line) => /^\s*#\d+:/.test(line));
  const last = lines.at(-1) ?? trace.split("\n")[0] ?? "";
  return last.replace(/^\s*#\d+:.*? in \w+\(\): /, "").trim();
}

/** Turns a failure inside HDF5 into an error with file, place and remedy. */
export function readError(file: string, path: string | undefined, cause: unknown): InputError {
  const trace = traceOf(cause);
  const place = path === undefined ? file : `${file}:${path}`;
  for (const [pattern, meaning, remedy] of known) {
    if (pattern.test(trace)) return new InputError(`${file} ${meaning}`, { place, remedy, cause });
  }
  return new InputError(`cannot read ${place}: ${innermost(trace)}`, {
    place,
    remedy: "the file may be damaged: copy or download it again",
    cause,
  });
}

/** "; the nearest is …" when one of the names is similar, else the names that there are. */
export function nearestName(wanted: string, names: readonly string[]): string {
  if (names.length === 0) return "there is nothing at that place";
  const nearest = closest(wanted, names);
  if (distance(wanted, nearest) <= Math.max(2, wanted.length / 3)) return `did you mean ${nearest}?`;
  const shown = names.slice(0, 12).join(", ");
  return `there is: ${shown}${names.length > 12 ? `, … (${names.length} in all)` : ""}`;
}
