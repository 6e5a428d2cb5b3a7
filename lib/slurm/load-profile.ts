import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import { parseDocument } from "yaml";
import type * as z from "zod";
import { absolutePath } from "../config/project-root.js";
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

function problem(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const list = issue.keys.map(
      (key) => `unknown key "${key}"${where ? ` in ${where}` : ""}; ${near(key, keysAt(issue.path))}`,
    );
    return list.join("\n  ");
  }
  return `${where || "the file"}: ${issue.message}`;
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
 * @param overrides replace keys of the profile's top level
 * @throws {ConfigError} for an unknown profile or key, with the nearest known one
 */
export async function loadProfile(
  name: string,
  project: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<ClusterProfile> {
  const file = profileFile(name, project);
  const document = parseDocument(await readFile(file, "utf8"), { version: "1.2", prettyErrors: true });
  if (document.errors[0]) throw new ConfigError(document.errors[0].message, { place: file });
  const content = document.toJS() as unknown;
  const result = profileSchema.safeParse(
    content !== null && typeof content === "object" && !Array.isArray(content) ? { ...content, ...overrides } : content,
  );
  if (!result.success) {
    const list = result.error.issues.map((issue) => `  ${problem(issue)}`);
    throw new ConfigError(`the cluster profile ${basename(file)} is not right:\n${list.join("\n")}`, { place: file });
  }
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
