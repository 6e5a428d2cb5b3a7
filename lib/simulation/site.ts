/** Where an array stands. */
export interface Site {
  readonly name: string;
  readonly longitudeDeg: number;
  readonly latitudeDeg: number;
  /** Height over the sea, m. */
  readonly heightM: number;
  /** Geomagnetic field: total, µT; inclination and declination, rad. It is written down, but does not bend showers. */
  readonly field: { readonly totalUT: number; readonly inclinationRad: number; readonly declinationRad: number };
}

/** Sites by their names in options. Fields of La Palma and Paranal as CTAO's simulations of them give them. */
export const sites = {
  ondrejov: {
    name: "Ondrejov",
    longitudeDeg: 14.782501,
    latitudeDeg: 49.912442,
    heightM: 511.2,
    field: { totalUT: 49.3, inclinationRad: 1.152, declinationRad: 0.084 },
  },
  "la-palma": {
    name: "LaPalma",
    longitudeDeg: -17.892005,
    latitudeDeg: 28.762166,
    heightM: 2156,
    field: { totalUT: 38.773, inclinationRad: 0.64819, declinationRad: -0.07534 },
  },
  paranal: {
    name: "Paranal",
    longitudeDeg: -70.316345,
    latitudeDeg: -24.683429,
    heightM: 2147,
    field: { totalUT: 22.826, inclinationRad: -0.41098, declinationRad: -0.05991 },
  },
} as const satisfies Readonly<Record<string, Site>>;

export type SiteName = keyof typeof sites;
export const siteNames: readonly SiteName[] = Object.keys(sites) as SiteName[];
