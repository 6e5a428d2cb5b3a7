/** A physical unit: how large it is in the base units, and the power of each of its dimensions. */
export interface Unit {
  readonly factor: number;
  readonly powers: ReadonlyMap<string, number>;
}

/** Dimension and size of the units that conditions use. */
const units: Readonly<Record<string, readonly [dimension: string, factor: number]>> = {
  eV: ["energy", 1e-12],
  MeV: ["energy", 1e-6],
  GeV: ["energy", 1e-3],
  TeV: ["energy", 1],
  PeV: ["energy", 1e3],
  rad: ["angle", 1],
  deg: ["angle", Math.PI / 180],
  arcmin: ["angle", Math.PI / 10_800],
  arcsec: ["angle", Math.PI / 648_000],
  mm: ["length", 1e-3],
  cm: ["length", 1e-2],
  m: ["length", 1],
  km: ["length", 1e3],
  ns: ["time", 1e-9],
  us: ["time", 1e-6],
  ms: ["time", 1e-3],
  s: ["time", 1],
  min: ["time", 60],
  h: ["time", 3600],
  d: ["time", 86_400],
  g: ["mass", 1],
  kg: ["mass", 1e3],
};

/** Names that may follow `u.`. */
export const unitNames: readonly string[] = Object.keys(units);

/** A unit by its name; one that is not known is its own dimension. */
export function namedUnit(name: string): Unit {
  const [dimension, factor] = (Object.hasOwn(units, name) ? units[name] : undefined) ?? [name, 1];
  return { factor, powers: new Map([[dimension, 1]]) };
}

/** Product of a unit and a power of another. */
export function multiplyUnits(a: Unit, b: Unit, power: number): Unit {
  const powers = new Map(a.powers);
  for (const [dimension, own] of b.powers) {
    const sum = (powers.get(dimension) ?? 0) + power * own;
    if (Math.abs(sum) < 1e-12) powers.delete(dimension);
    else powers.set(dimension, sum);
  }
  return { factor: a.factor * b.factor ** power, powers };
}

/** A plain number. */
export const noUnit: Unit = { factor: 1, powers: new Map() };

/** True when two units measure the same. */
export function sameDimension(a: Unit, b: Unit): boolean {
  return a.powers.size === b.powers.size && [...a.powers].every(([name, power]) => b.powers.get(name) === power);
}

/** A unit as astropy writes it in files: `m**2`, `g.cm**-2`, `deg**-1`, `g / cm2`; undefined for none. */
export function parseUnit(text: string | undefined): Unit | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const parts = [...text.matchAll(/([*./ ]*)(?:1|([A-Za-z]+)(?:\*\*|\^)?\(?([-+]?\d+(?:\.\d+)?)?\)?)/g)];
  if (parts.map(([whole]) => whole).join("") !== text.trim()) return namedUnit(text.trim());
  return parts.reduce((unit, [, sign = "", name, power = "1"]) => {
    if (name === undefined) return unit;
    return multiplyUnits(unit, namedUnit(name), Number(power) * (sign.includes("/") ? -1 : 1));
  }, noUnit);
}

/** What a unit measures, e.g. `energy` or `mass·length**-2`. */
export function dimensionText({ powers }: Unit): string {
  return [...powers].map(([name, power]) => (power === 1 ? name : `${name}**${power}`)).join("·") || "a number";
}
