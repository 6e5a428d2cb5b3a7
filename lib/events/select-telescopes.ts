import { ConfigError } from "../errors.js";
import type { Subarray, Telescope } from "./subarray.js";

/**
 * Telescopes whose images are used: those of the wanted ids, else of the wanted types, else all. All must be of one
 * type, because one network sees them.
 * @throws {ConfigError} for an id or a type that the array does not have, and for more than one type.
 */
export function selectTelescopes(
  subarray: Subarray,
  wanted: { readonly ids: readonly number[] | null; readonly types: readonly string[] | null },
  place: string,
): Telescope[] {
  const { telescopes } = subarray;
  const types = [...new Set(telescopes.map(({ type }) => type))];
  const idsOf = (type: string): string => telescopes.flatMap((one) => (one.type === type ? [one.id] : [])).join(", ");
  const there = `${place} has ${types.map((type) => `${type} (${idsOf(type)})`).join(", ")}`;
  if (wanted.ids) {
    const missing = wanted.ids.filter((id) => !telescopes.some((telescope) => telescope.id === id));
    if (missing.length > 0) {
      throw new ConfigError(`there is no telescope ${missing.join(", ")}`, { place: "allowed_tels", remedy: there });
    }
  } else if (wanted.types) {
    const missing = wanted.types.filter((type) => !types.includes(type));
    if (missing.length > 0) {
      throw new ConfigError(`there is no telescope of type ${missing.join(", ")}`, {
        place: "allowed_tel_types (--tel-type)",
        remedy: there,
      });
    }
  }
  const { ids, types: wantedTypes } = wanted;
  const selected = telescopes.filter(({ id, type }) =>
    ids ? ids.includes(id) : wantedTypes ? wantedTypes.includes(type) : true,
  );
  const kinds = [...new Set(selected.map(({ type }) => type))];
  if (kinds.length > 1) {
    throw new ConfigError(`telescopes of ${kinds.length} types are selected: ${kinds.join(", ")}`, {
      place: "allowed_tel_types (--tel-type)",
      remedy: `name one type, e.g. allowed_tel_types: ["${kinds[0]}"] or --tel-type ${kinds[0]}`,
    });
  }
  return selected;
}
