import type { ReaderConfig } from "../config/config.js";
import type { Telescope } from "./subarray.js";

/** True when a type fits a pattern with `*` and `?`, as in ctapipe's telescope parameters. */
function fits(type: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(type);
}

/** Images that an event must have, of telescopes that are all of one type: one in mono, in stereo what both cuts ask for. */
export function leastTelescopes(
  telescopes: readonly Pick<Telescope, "type">[],
  reader: Pick<ReaderConfig, "mode" | "minTelescopes" | "minTelescopesOfType">,
): number {
  const [first] = telescopes;
  if (reader.mode === "mono" || !first) return 1;
  const ofType = reader.minTelescopesOfType.findLast(({ type }) => fits(first.type, type));
  return Math.max(reader.minTelescopes, ofType?.least ?? 0);
}
