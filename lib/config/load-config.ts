import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError } from "../errors.js";
import { systemReason } from "../files/system-reason.js";
import { checkChanges, checkFile } from "./check-file.js";
import type { Config } from "./config.js";
import { fullKey } from "./full-key.js";
import { override, readOverrides } from "./overrides.js";
import { type FilledSource, fillPlaceholders } from "./placeholders.js";
import { resolveConfig } from "./resolve-config.js";
import type { ConfigFile } from "./schema.js";
import { displayName, type KeyPath, type Problem, parseYaml, throwProblems, type YamlSource } from "./yaml-source.js";

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const words = { ENOENT: "does not exist", EISDIR: "is a folder", EACCES: "may not be read" };
    throw new ConfigError(`the configuration ${displayName(file)} ${systemReason(cause, words, "cannot be read")}`, {
      place: file,
      remedy: "give the name of a YAML file, for example configs/energy.yaml",
      cause,
    });
  }
}

/** A configuration's file, once its placeholders are filled. */
interface OpenedFile extends FilledSource {
  /** What it holds by itself; null when that is not right. */
  readonly content: ConfigFile | null;
}

function openedFile(source: YamlSource): OpenedFile {
  const filled = fillPlaceholders(source, process.env);
  return { ...filled, content: filled.problems.length > 0 ? null : checkFile(filled.source, []) };
}

/** True when `path` is `start`, or below it. */
function begins(path: KeyPath, start: KeyPath): boolean {
  return start.every((part, i) => String(path[i]) === String(part));
}

/** A configuration's file with other values laid over it: key path → YAML text, as given by `--set`. */
export type ConfigReader = (overrides?: Readonly<Record<string, string>>) => Config;

/**
 * Reads and parses a YAML configuration once, so that it can be loaded with many different overrides.
 * @throws {ConfigError} when there is no such file or it is no YAML; the returned function as `loadConfig`
 */
export async function openConfig(file: string): Promise<ConfigReader> {
  const path = resolve(file);
  const wrong: Problem[] = [];
  const parsed = parseYaml(await readText(path), path, wrong);
  if (wrong.length > 0) throwProblems(parsed.name, wrong);
  if (parsed.content == null) {
    throw new ConfigError(`the configuration ${parsed.name} is empty`, {
      place: path,
      remedy: "start from one of the files in configs/",
    });
  }
  const opened = new Map<string, OpenedFile>();
  const fullKeys = new Map<string, string>();
  const fullKeyOf = (key: string, problems: Problem[]): string => {
    const known = fullKeys.get(key);
    if (known !== undefined) return known;
    const wrong: Problem[] = [];
    const full = fullKey(key, parsed, wrong);
    if (wrong.length === 0) fullKeys.set(key, full);
    problems.push(...wrong);
    return full;
  };
  return (overrides = {}) => {
    const problems: Problem[] = [];
    const full = Object.fromEntries(Object.entries(overrides).map(([key, value]) => [fullKeyOf(key, problems), value]));
    const given = readOverrides(full, problems);
    const places = given.filter(({ path: [first] }) => first === "paths");
    // Only what stands in `paths:` reaches the rest of the file.
    const key = JSON.stringify(places);
    const file = opened.get(key) ?? openedFile(override(parsed, places, problems));
    opened.set(key, file);
    const others = given.filter((item) => !places.includes(item));
    const filled = others.map((item) => {
      const missing = (message: string): number => problems.push({ place: item.place, message });
      return { ...item, value: file.fill(item.value, missing) };
    });
    const source = override(file.source, filled, problems);
    const paths = others.map(({ path }) => path);
    // What the command line replaces need not have been right in the file.
    problems.push(...file.problems.filter((problem) => !paths.some((path) => begins(problem.path, path))));
    // A placeholder without value would only cause further, misleading problems.
    if (problems.length > 0) throwProblems(source.name, problems);
    const content = (file.content && checkChanges(file.content, source, paths)) ?? checkFile(source, problems);
    if (!content) throwProblems(source.name, problems);
    const config = resolveConfig(path, content, source, problems);
    if (problems.length > 0) throwProblems(source.name, problems);
    return config;
  };
}

/**
 * Reads a YAML configuration: parses, applies `overrides` (key path → YAML text, as given by `--set`), fills
 * placeholders, checks every key, adds defaults and derives what must agree.
 *
 * Relative paths in the file start at the project root: the nearest folder at or above the file that holds a
 * `package.json`, else the file's own folder.
 * @throws {ConfigError} naming every problem at once with `file:line:column`.
 */
export async function loadConfig(file: string, overrides: Readonly<Record<string, string>> = {}): Promise<Config> {
  return (await openConfig(file))(overrides);
}
