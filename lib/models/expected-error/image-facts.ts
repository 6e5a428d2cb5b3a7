/** Columns of ctapipe's image parameters that tell how well an image can be judged. */
export const imageFactColumns = [
  "hillas_intensity",
  "hillas_length",
  "hillas_width",
  "hillas_r",
  "leakage_intensity_width_2",
] as const;
type ImageFactColumn = (typeof imageFactColumns)[number];

/**
 * What the expected error depends on: a constant, brightness and its square, elongation, distance from the centre,
 * truncation, length. Cards of older versions know the first six.
 */
export const imageFactNames: readonly string[] = [
  "constant",
  "log10_intensity",
  "log10_intensity_squared",
  "width_over_length",
  "r_deg",
  "leakage_intensity_width_2",
  "length_deg",
];

/**
 * The numbers of {@link imageFactNames} for one image; NaN among them where a parameter is missing.
 * @param of value of a column: p.e., degrees, degrees, degrees, share of the charge
 */
export function imageFacts(of: (column: ImageFactColumn) => number): number[] {
  const brightness = Math.log10(of("hillas_intensity"));
  return [
    1,
    brightness,
    brightness ** 2,
    of("hillas_width") / of("hillas_length"),
    of("hillas_r"),
    of("leakage_intensity_width_2"),
    of("hillas_length"),
  ];
}
