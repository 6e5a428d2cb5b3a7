import { randomUUID } from "node:crypto";
import { ConfigError } from "../errors.js";

/** What stands for itself in the paths of one run. */
export type PathValues = Readonly<Record<string, unknown>>;

/**
 * The parameters of a run, `run_id`, `slurm_job_id`, `array_task`, and papermill's `pm.run_uuid`,
 * `pm.current_datetime_local`, `pm.current_datetime_utc`: one identity and one time for all its paths.
 */
export function pathValues(
  parameters: Readonly<Record<string, unknown>>,
  runId: string = randomUUID(),
  now: Date = new Date(),
): PathValues {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return {
    run_id: runId,
    slurm_job_id: process.env.SLURM_JOB_ID,
    array_task: process.env.SLURM_ARRAY_TASK_ID,
    pm: { run_uuid: runId, current_datetime_utc: now, current_datetime_local: local },
    ...parameters,
  };
}

/** What `{a.b}` and `{a[b]}` mean; undefined for what is not there. */
function lookUp(values: PathValues, name: string): unknown {
  const keys = name.split(/[.[\]]+/).filter((key) => key !== "");
  const step = (value: unknown, key: string): unknown =>
    value !== null && typeof value === "object" && Object.hasOwn(value, key) ? (value as PathValues)[key] : undefined;
  return keys.reduce(step, values);
}

/** A moment as strftime writes it; its UTC fields are taken. Null for a field that is not known. */
function formatTime(moment: Date, format: string): string | null {
  const text = moment.toISOString();
  const fields: Readonly<Record<string, string>> = {
    ...{ Y: text.slice(0, 4), y: text.slice(2, 4), m: text.slice(5, 7), d: text.slice(8, 10), F: text.slice(0, 10) },
    ...{ H: text.slice(11, 13), M: text.slice(14, 16), S: text.slice(17, 19), T: text.slice(11, 19), "%": "%" },
  };
  const known = [...format.matchAll(/%(.?)/g)].every(([, field]) => field! in fields);
  return known ? format.replace(/%(.)/g, (_, field: string) => fields[field]!) : null;
}

/** A number as Python's `03d`, `.2f`, `.1e` or `g` write it. */
function formatNumber(value: number, format: string): string | null {
  const [, zero, width, digits, kind] = format.match(/^(0?)(\d*)(?:\.(\d+))?([dfeg]?)$/) ?? [];
  if (width === undefined || (kind === "d" && !Number.isInteger(value))) return null;
  const places = digits === undefined ? undefined : Number(digits);
  const text =
    kind === "f"
      ? value.toFixed(places ?? 6)
      : kind === "e"
        ? value.toExponential(places ?? 6)
        : places === undefined
          ? String(value)
          : String(Number(value.toPrecision(Math.max(1, places))));
  if (!zero) return text.padStart(Number(width));
  return text.startsWith("-")
    ? `-${text.slice(1).padStart(Number(width) - 1, "0")}`
    : text.padStart(Number(width), "0");
}

/** A value as it stands in a path; null when it cannot. */
function formatValue(value: unknown, format: string | undefined): string | null {
  if (value instanceof Date) return formatTime(value, format ?? "%FT%T");
  if (value === undefined || value === null || typeof value === "object") return null;
  if (format === undefined || format === "") return String(value);
  return typeof value === "number" ? formatNumber(value, format) : null;
}

/**
 * Fills `{name}`, `{name[key]}` and, as Python's format does, `{name:03d}` or `{pm.current_datetime_utc:%Y-%m-%d}` in a
 * path. `{{` stands for `{`.
 * @throws {ConfigError} for a name that has no value, or a value that cannot be written so
 */
export function fillPath(template: string, values: PathValues): string {
  return template.replace(/\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}/g, (match, name?: string, format?: string) => {
    if (name === undefined) return match[0]!;
    const text = formatValue(lookUp(values, name), format);
    if (text !== null) return text;
    const known = Object.keys(values).filter((key) => formatValue(values[key], undefined) !== null);
    const times = "pm.run_uuid, pm.current_datetime_local, pm.current_datetime_utc";
    throw new ConfigError(`nothing is known to put in for ${match}`, {
      place: template,
      remedy: `known are ${[...known, times].join(", ")}; write {{ for a brace`,
    });
  });
}
