import { configSchema } from "./schema.js";
import { allKeys } from "./sections.js";
import { isSet, type Problem, type YamlSource } from "./yaml-source.js";

/**
 * The whole key path that a key of the command line means. `n_epochs` alone is enough where one key of that name
 * exists, or where the file sets just one of them; so is `optimizer.nam`, an unknown key of a known section. A path from the
 * top is taken as it is.
 */
export function fullKey(key: string, source: YamlSource, problems: Problem[]): string {
  const parts = key.split(".");
  if (Object.hasOwn(configSchema.shape, parts[0]!)) return key;
  const matches = allKeys().filter((path) => parts.every((part, i) => path[path.length - parts.length + i] === part));
  const present = matches.filter((path) => isSet(source, path));
  const chosen = present.length === 1 ? present : matches;
  if (chosen.length === 1) return chosen[0]!.join(".");
  const place = `--set ${key}`;
  if (chosen.length > 1) {
    const list = chosen.map((path) => path.join(".")).join(", ");
    problems.push({ place, message: `"${key}" may mean ${list}; give more of the path` });
  }
  const [section, last] = [parts.slice(0, -1).join("."), parts.at(-1)!];
  return chosen.length === 0 && section !== "" ? `${fullKey(section, source, problems)}.${last}` : key;
}
