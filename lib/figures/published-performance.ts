import type { BinEdges } from "../evaluation/energy-bins.js";
import { crabMagic } from "../evaluation/irf/spectrum.js";

/** Gamma-ray performance of a telescope as its collaboration published it, in bins of true energy. */
export interface PublishedPerformance {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly edgesTeV: BinEdges;
  /** 68 % containment radius. */
  readonly angularResolutionDeg: readonly number[];
  /** Relative, as pyirf defines them. */
  readonly energyResolution: readonly number[];
  readonly energyBias: readonly number[];
  /** Flux that 50 hours just detect, five bins of reconstructed energy a decade. */
  readonly sensitivity: {
    readonly energyTeV: readonly number[];
    /** E² dN/dE, TeV/(cm² s). */
    readonly flux: readonly number[];
  };
}

/** Middles of five bins a decade. @param first number of the first, 0 being that from 1 to 1.58 TeV */
const middlesTeV = (first: number, bins: number): number[] =>
  Array.from({ length: bins }, (_, i) => 10 ** ((first + i + 0.5) / 5));

const sst1mEdgesTeV: BinEdges = [
  0.631, 1.0, 1.585, 2.512, 3.981, 6.31, 10.0, 15.85, 25.12, 39.81, 63.1, 100.0, 158.5, 251.2, 398.1, 631.0, 1000.0,
];

/** Random forests of sst1mpipe 0.7.1, telescope 1 alone, zenith 20°, after gammaness cuts. */
export const sst1mMono: PublishedPerformance = {
  name: "SST-1M mono, zenith 20°",
  source: "A&A 699 (2025) A255, arXiv:2506.01733: performance tables of sst1mpipe 0.7.1",
  edgesTeV: sst1mEdgesTeV,
  angularResolutionDeg: [
    0.2348, 0.201, 0.1711, 0.1553, 0.1478, 0.1458, 0.1441, 0.1449, 0.1466, 0.151, 0.1559, 0.1651, 0.1785, 0.1876,
    0.2007, 0.1834,
  ],
  energyResolution: [
    0.6349, 0.2676, 0.241, 0.2791, 0.2698, 0.2389, 0.2024, 0.1673, 0.1423, 0.1234, 0.1263, 0.144, 0.1734, 0.1983,
    0.2363, 0.3406,
  ],
  energyBias: [
    0.4719, 0.1348, -0.01042, -0.05328, -0.04594, -0.03974, -0.02672, -0.02128, -0.01492, -0.02093, -0.02405, -0.03202,
    -0.03345, -0.06149, -0.1499, -0.2858,
  ],
  sensitivity: {
    energyTeV: middlesTeV(-1, 15),
    flux: [
      1.1e-10, 1.128e-11, 5.707e-12, 4.416e-12, 4.125e-12, 4.011e-12, 3.973e-12, 4.113e-12, 4.109e-12, 4.324e-12,
      5.011e-12, 5.485e-12, 6.184e-12, 7.898e-12, 1.325e-11,
    ],
  },
};

/** The same of both telescopes together. */
export const sst1mStereo: PublishedPerformance = {
  name: "SST-1M stereo, zenith 20°",
  source: sst1mMono.source,
  edgesTeV: sst1mEdgesTeV,
  angularResolutionDeg: [
    0.1635, 0.1366, 0.1119, 0.09569, 0.0838, 0.07857, 0.07682, 0.07964, 0.08515, 0.09174, 0.09576, 0.109, 0.1275,
    0.1428, 0.1666, 0.1647,
  ],
  energyResolution: [
    0.4427, 0.2203, 0.1502, 0.1375, 0.1331, 0.1276, 0.1188, 0.1079, 0.1002, 0.09276, 0.1046, 0.1222, 0.137, 0.1611,
    0.2203, 0.3313,
  ],
  energyBias: [
    0.3364, 0.1347, 0.04411, 0.01538, 0.01317, 0.005445, 0.002807, -0.001889, -0.007862, -0.01538, -0.02891, -0.03601,
    -0.03332, -0.05731, -0.1444, -0.2728,
  ],
  sensitivity: {
    energyTeV: middlesTeV(-1, 15),
    flux: [
      1.235e-10, 9.881e-12, 3.487e-12, 2.361e-12, 1.89e-12, 1.637e-12, 1.732e-12, 1.786e-12, 2.007e-12, 2.353e-12,
      2.904e-12, 4.249e-12, 6.719e-12, 1.078e-11, 1.934e-11,
    ],
  },
};

/** Sensitivity of LST-1's source-independent analysis, per cent of the Crab Nebula, from 50 GeV on. */
const lst1CrabPercent = [79.94, 25, 6.55, 3.194, 2.277, 1.89, 1.985, 2.399, 2.966, 5.178, 7.929, 12.26];
const lst1MiddlesTeV = middlesTeV(-7, lst1CrabPercent.length);

/** LST-1 at zenith 10°, gammaness cut with 70 % efficiency. */
export const lst1Mono: PublishedPerformance = {
  name: "LST-1 mono, zenith 10°",
  source: "ApJ 956 (2023) 80, arXiv:2309.11315: irfs_zen_10.00_gh-eff_0.7.fits of its data release",
  edgesTeV: [
    0.02, 0.0317, 0.05024, 0.07962, 0.1262, 0.2, 0.317, 0.5024, 0.7962, 1.262, 2.0, 3.17, 5.024, 7.962, 12.62, 20.0,
  ],
  angularResolutionDeg: [
    0.3962, 0.3926, 0.3712, 0.337, 0.2905, 0.2406, 0.2012, 0.1787, 0.1702, 0.169, 0.1698, 0.1713, 0.177, 0.1841, 0.1944,
  ],
  energyResolution: [
    0.5731, 0.3449, 0.3725, 0.3551, 0.3001, 0.2447, 0.2104, 0.1938, 0.1827, 0.1777, 0.1703, 0.1712, 0.1813, 0.1943,
    0.2218,
  ],
  energyBias: [
    0.3662, 0.06621, -0.0474, -0.0846, -0.07507, -0.05404, -0.04432, -0.04051, -0.0368, -0.02833, -0.02222, -0.021,
    -0.02281, -0.02883, -0.04546,
  ],
  // Published as per cent of the Crab Nebula, which was observed for it.
  sensitivity: {
    energyTeV: lst1MiddlesTeV,
    flux: lst1MiddlesTeV.map(
      (energyTeV, i) => (lst1CrabPercent[i]! / 100) * crabMagic(energyTeV) * 1e-4 * energyTeV ** 2,
    ),
  },
};
