/** A layer of Linsley's fit: thickness(h) = a + b·exp(−h / c) g/cm². */
interface Layer {
  readonly fromM: number;
  readonly a: number;
  readonly b: number;
  readonly scaleM: number;
}

/** U.S. standard atmosphere in Linsley's parametrisation, as CORSIKA's user's guide lists it. */
const layers: readonly Layer[] = [
  { fromM: 0, a: -186.5562, b: 1222.6562, scaleM: 9941.8638 },
  { fromM: 4000, a: -94.919, b: 1144.9069, scaleM: 8781.5355 },
  { fromM: 10_000, a: 0.61289, b: 1305.5948, scaleM: 6361.4304 },
  { fromM: 40_000, a: 0, b: 540.1778, scaleM: 7721.7016 },
];

function layerAt(heightM: number): Layer {
  let i = layers.length - 1;
  while (i > 0 && heightM < layers[i]!.fromM) i--;
  return layers[i]!;
}

/** Matter above a height over the sea, straight up, g/cm². */
export function thickness(heightM: number): number {
  const { a, b, scaleM } = layerAt(heightM);
  return a + b * Math.exp(-heightM / scaleM);
}

/** Matter above the lower edge of each layer. */
const thicknessFrom = layers.map(({ fromM }) => thickness(fromM));

/** Matter above 100 km, where the atmosphere begins. */
const topGCm2 = 540.1778 * Math.exp(-100_000 / 7721.7016);

/** Height over the sea, m, with this much matter straight above, at most 100 km; inverse of `thickness`. */
export function heightOfThickness(thicknessGCm2: number): number {
  const wanted = Math.max(topGCm2, thicknessGCm2);
  for (let i = layers.length - 1; i >= 0; i--) {
    const { a, b, scaleM } = layers[i]!;
    if (i === 0 || wanted <= thicknessFrom[i]!) return -scaleM * Math.log((wanted - a) / b);
  }
  return 0;
}

/** Density of air, g/cm³. */
export function density(heightM: number): number {
  const { b, scaleM } = layerAt(heightM);
  return (b / (scaleM * 100)) * Math.exp(-heightM / scaleM);
}

/** n − 1 per g/cm³ of air: 2.83e-4 at sea level for violet light. */
const refractivityPerDensity = 2.83e-4 / 1.225e-3;

/** Refractive index of air less one. */
export function refractivity(heightM: number): number {
  return refractivityPerDensity * density(heightM);
}

/** Mean of n − 1 over the straight way between two heights: refractivity goes with density, so matter over length. */
export function meanRefractivity(upperM: number, lowerM: number): number {
  if (upperM - lowerM < 1) return refractivity(lowerM);
  return (refractivityPerDensity * (thickness(lowerM) - thickness(upperM))) / ((upperM - lowerM) * 100);
}

/** Mean free path of light against Rayleigh scattering at 380 nm, g/cm²: 2970 at 400 nm, with λ⁴. */
const rayleighGCm2 = 2970 * (380 / 400) ** 4;
/** Aerosols: optical depth straight up from the sea, and the height in which they thin out. */
const aerosolDepth = 0.16;
const aerosolScaleM = 1200;

/** Share of Cherenkov light that comes through the air between two heights on a way with this cosine to the zenith. */
export function transmission(upperM: number, lowerM: number, cosZenith: number): number {
  const rayleigh = (thickness(lowerM) - thickness(upperM)) / rayleighGCm2;
  const aerosols = aerosolDepth * (Math.exp(-lowerM / aerosolScaleM) - Math.exp(-upperM / aerosolScaleM));
  return Math.exp(-(rayleigh + aerosols) / cosZenith);
}
