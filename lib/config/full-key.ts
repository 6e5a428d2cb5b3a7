import { allKeys, configJsonSchema } from "./json-schema.js";
import { isSet, type Problem, type YamlSource } from "./yaml-source.js";

/** Looked up once: an array of a hundred jobs asks a hundred times. */
let keys: string[][] | undefined;

/**
 * The whole key path that a key of the command line means. `n_epochs` alone is enough where one key of that name
 * exists, or where the file sets just one of them; a path from the top is taken as it is.
 */
export function fullKey(key: string, source: YamlSource, problems: Problem[]): string {
  const parts = key.split(".");
  if (Object.hasOwn(configJsonSchema().properties ?? {}, parts[0]!)) return key;
  keys ??= allKeys();
  const matches = keys.filter((path) => parts.every((part, i) => path[path.length - parts.length + i] === part));
  const present = matches.filter((path) => isSet(source, path));
  const chosen = present.length === 1 ? present : matches;
  if (chosen.length === 1) return chosen[0]!.join(".");
  const place = `--set ${key}`;
  if (chosen.length > 1) {
    const list = chosen.map((path) => path.join(".")).join(", ");
    problems.push({ place, message: `"${key}" may mean ${list}; give more of the path` });
  }
  return key;
}
