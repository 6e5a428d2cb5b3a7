/** Differential flux at an energy in TeV: particles per TeV, m² and s, of diffuse ones also per sr. */
export type Spectrum = (energyTeV: number) => number;

export const ergPerTeV = 1.602176634;

/** norm · (E / 1 TeV)^index */
export function powerLaw(norm: number, index: number): Spectrum {
  return (energyTeV) => norm * energyTeV ** index;
}

const perCm2 = 1e4;

/** Crab Nebula of HEGRA, ApJ 614 (2004) 897. */
export const crabHegra: Spectrum = powerLaw(2.83e-11 * perCm2, -2.62);

/** Crab Nebula of MAGIC, JHEAp 5–6 (2015) 30: a log-parabola. */
export const crabMagic: Spectrum = (energyTeV) =>
  3.23e-11 * perCm2 * energyTeV ** (-2.47 - 0.24 * Math.log10(energyTeV));

/** Protons of the CTA prod3b IRF document, per sr. */
export const irfdocProton: Spectrum = powerLaw(9.8e-6 * perCm2, -2.62);

/** Electrons of the CTA prod3b IRF document, per sr: a power law with a bump that is Gaussian in log10 E. */
export const irfdocElectron: Spectrum = (energyTeV) => {
  const gauss = Math.exp(-0.5 * ((Math.log10(energyTeV) + 0.101) / 0.741) ** 2);
  return 2.385e-9 * perCm2 * energyTeV ** -3.43 * (1 + 1.95 * (Math.exp(gauss) - 1));
};
