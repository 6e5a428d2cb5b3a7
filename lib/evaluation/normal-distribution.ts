/** Probability within one standard deviation: the "68 %" of containment radii, as in pyirf. */
export const oneSigma: number = 0.6826894921370859;

/** Half width of the central 95 % interval in standard deviations. */
export const z95: number = 1.959963984540054;
