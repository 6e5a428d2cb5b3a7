import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import type * as z from "zod";
import { describeValue } from "../config/json-schema.js";
import { override, readOverrides, valueAt } from "../config/overrides.js";
import { absolutePath } from "../config/project-root.js";
import { type Problem, parseYaml, placeOf, throwProblems, type YamlSource } from "../config/yaml-source.js";
import { ConfigError } from "../errors.js";
import { type ClusterProfile, profileSchema } from "./cluster-profile.js";

function near(name: string, known: readonly string[]): string {
  const found = known.length > 0 ? closest(name, known as string[]) : null;
  if (found && distance(name, found) <= Math.max(2, name.length / 2)) return `did you mean ${found}?`;
  return `known are ${known.join(", ") || "none"}`;
}

/** A profile's file: `baobab` is `configs/clusters/baobab.yaml` of the project; a name with / or .yaml is a path. */
export function profileFile(name: string, project: string): string {
  if (/[/\\]|\.ya?ml$/.test(name)) {
    const path = resolve(name);
    if (existsSync(path)) return path;
    throw new ConfigError(`the cluster profile ${name} does not exist`, {
      place: path,
      remedy: "give the name of one in configs/clusters, or a YAML file",
    });
  }
  const folder = join(project, "configs/clusters");
  const path = join(folder, `${name}.yaml`);
  if (existsSync(path)) return path;
  const known = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => basename(file, ".yaml"))
    : [];
  throw new ConfigError(`there is no cluster profile ${name}`, { place: folder, remedy: near(name, known) });
}

/** Keys a section of the schema knows. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const { shape } = profileSchema;
  if (path[0] === "container") return Object.keys(shape.container.unwrap().shape);
  if (path[0] === "stages" && path.length === 1) return ["convert", "prepare", "train", "test", "report", "compare"];
  if (path[0] === "stages") return ["partition", "gpus", "cpus", "memory", "time"];
  return Object.keys(shape);
}

const kinds: Readonly<Record<string, string>> = {
  ...{ string: "text", number: "a number", int: "a whole number", boolean: "true or false" },
  ...{ array: "a list", object: "a section", record: "a section of names and values" },
};

/** What would be right, in words. */
function expected(issue: z.core.$ZodIssue): string {
  // The schema's own words.
  if (issue.message.startsWith("expected ")) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `expected ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.join(", ")}`;
    case "too_small":
      return `expected ${issue.origin === "string" ? "text" : `a number from ${issue.minimum} up`}`;
    case "invalid_key":
      return "expected a name of letters, digits and underscores";
    default:
      return issue.message;
  }
}

function report(source: YamlSource, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const dotted = path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      place: placeOf(source, [...path, key], "key"),
      message: `unknown key "${key}"${dotted ? ` in ${dotted}` : ""}; ${near(key, keysAt(path))}`,
    }));
  }
  const found = issue.code === "invalid_key" ? path.at(-1) : valueAt(source.content, path);
  const message = `${dotted || "the file"}: ${expected(issue)}, found ${describeValue(found)}`;
  return [{ place: placeOf(source, path), message }];
}

/** `${NAME}` and `${NAME:-text}` by the environment, `~` by the home folder, in one text of a profile. */
function fill(text: string, file: string): string {
  return text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name: string, standard: string | undefined) => {
    const value = process.env[name] ?? standard;
    if (value !== undefined) return value;
    throw new ConfigError(`the placeholder ${whole} has no value`, {
      place: file,
      remedy: `set the environment variable ${name}, or write \${${name}:-default}`,
    });
  });
}

/**
 * Reads a cluster profile, strictly. Relative paths in it start at the project's folder.
 * @param overrides replace values of the profile: key path → YAML text, `stages.report.time` → `10`
 * @throws {ConfigError} for an unknown profile or key, with the nearest known one
 */
export async function loadProfile(
  name: string,
  project: string,
  overrides: Readonly<Record<string, string>> = {},
): Promise<ClusterProfile> {
  const file = profileFile(name, project);
  const problems: Problem[] = [];
  const parsed = parseYaml(await readFile(file, "utf8"), file, problems);
  const source = override(parsed, readOverrides(overrides, problems, "cluster."), problems);
  if (problems.length > 0) throwProblems(parsed.name, problems);
  const result = profileSchema.safeParse(source.content);
  if (!result.success)
    throwProblems(
      parsed.name,
      result.error.issues.flatMap((issue) => report(source, issue)),
    );
  const profile = result.data;
  const path = (text: string): string => absolutePath(fill(text, file), project);
  if (!profile.container) return profile;
  const { container } = profile;
  const binds = container.binds.map((bind) => {
    const [source, ...rest] = fill(bind, file).split(":");
    return [absolutePath(source!, project), ...rest].join(":");
  });
  return { ...profile, container: { ...container, image: path(container.image), binds } };
}
