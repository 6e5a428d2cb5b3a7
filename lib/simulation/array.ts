import { type Site, type SiteName, sites } from "./site.js";
import { lst, mst, sst1m, type TelescopeType } from "./telescope-type.js";

export interface Telescope {
  readonly id: number;
  readonly name: string;
  /** Place in the array's frame, m: x to the north, y to the west, z up. */
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
  /** The same object for all telescopes of a type. */
  readonly type: TelescopeType;
}

export interface TelescopeArray {
  readonly name: string;
  readonly telescopes: readonly Telescope[];
  readonly site: Site;
  /** Cores are thrown up to here from the array's centre at a zenith angle of 20°, m. */
  readonly coreRadiusM: number;
  /** Energies of gammas, when none are asked for, TeV. */
  readonly energyTeV: readonly [number, number];
  /** Half angle of the cone of diffuse showers, a little more than the field of view's, deg. */
  readonly viewConeDeg: number;
}

type Place = readonly [xM: number, yM: number, zM: number];

/** Telescopes 1 and 2 of SST-1M at Ondřejov, 155 m apart, as sst1mpipe's array description gives them. */
const sst1mPlaces: readonly Place[] = [
  [-71.38, -30.43, -1.43],
  [71.38, 30.43, 1.42],
];

/** The Alpha layout of CTAO North as its prod6 simulations give it. */
const lstPlaces: readonly Place[] = [
  [-70.91, -52.35, 45],
  [-35.28, 65.92, 32.5],
  [75.31, 50.21, 28.2],
  [30.88, -63.78, 32.8],
];
const mstPlaces: readonly Place[] = [
  [-211.62, 5.43, 48.5],
  [-153.29, 168.86, 28.7],
  [26.86, 208.54, 11.4],
  [175.66, 72.85, 9.5],
  [131.67, -194.83, 31],
  [-83.94, -194.98, 45],
  [-215.81, -167.68, 65],
  [20.2, -352.85, 62],
  [4.64, -0.71, 29.5],
];

function telescopes(type: TelescopeType, name: string, firstId: number, places: readonly Place[]): Telescope[] {
  return places.map(([xM, yM, zM], i) => ({ id: firstId + i, name: `${name}-${i + 1}`, xM, yM, zM, type }));
}

/** The two SST-1M telescopes. */
export function sst1mArray(site: SiteName = "ondrejov"): TelescopeArray {
  return {
    name: `SST1M-${sites[site].name}`,
    telescopes: telescopes(sst1m(), "SST-1M", 1, sst1mPlaces),
    site: sites[site],
    coreRadiusM: 450,
    energyTeV: [0.5, 100],
    viewConeDeg: 5,
  };
}

/** The four LSTs of CTAO North. */
export function lst4Array(site: SiteName = "la-palma"): TelescopeArray {
  return {
    name: `LST4-${sites[site].name}`,
    telescopes: telescopes(lst(), "LST", 1, lstPlaces),
    site: sites[site],
    coreRadiusM: 400,
    energyTeV: [0.02, 10],
    viewConeDeg: 2.5,
  };
}

/** CTAO North's Alpha layout: four LSTs and nine MSTs with NectarCam. */
export function mixedArray(site: SiteName = "la-palma"): TelescopeArray {
  return {
    name: `Mixed-${sites[site].name}`,
    telescopes: [...telescopes(lst(), "LST", 1, lstPlaces), ...telescopes(mst(), "MST", 5, mstPlaces)],
    site: sites[site],
    coreRadiusM: 700,
    energyTeV: [0.03, 30],
    viewConeDeg: 4,
  };
}

/** Arrays by their names in options. */
export const arrays = { sst1m: sst1mArray, lst4: lst4Array, mixed: mixedArray } as const;
export type ArrayName = keyof typeof arrays;
export const arrayNames: readonly ArrayName[] = Object.keys(arrays) as ArrayName[];

/** Types of an array's telescopes, each once, in the order of the telescopes. */
export function telescopeTypes({ telescopes: all }: Pick<TelescopeArray, "telescopes">): TelescopeType[] {
  return [...new Set(all.map(({ type }) => type))];
}
