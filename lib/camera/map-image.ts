import type { ImageMapper } from "./image-mapper.js";

/**
 * Maps one pixel vector to an image.
 * @param pixels channels interleaved, `[n_pixels, channels]` from `pixelsOffset`
 * @param out `[height, width, channels]` from `outOffset`; every cell is written
 */
export function mapImage(
  mapper: ImageMapper,
  pixels: Float32Array,
  pixelsOffset: number,
  channels: number,
  out: Float32Array,
  outOffset: number,
): void {
  const { offsets, indices, weights } = mapper;
  const cells = mapper.height * mapper.width;
  if (channels === 2) {
    // The usual case, image and peak time, with both sums in registers.
    for (let cell = 0, at = outOffset; cell < cells; cell++, at += 2) {
      let first = 0;
      let second = 0;
      for (let k = offsets[cell]!; k < offsets[cell + 1]!; k++) {
        const from = pixelsOffset + indices[k]! * 2;
        const weight = weights[k]!;
        first += weight * pixels[from]!;
        second += weight * pixels[from + 1]!;
      }
      out[at] = first;
      out[at + 1] = second;
    }
    return;
  }
  for (let cell = 0; cell < cells; cell++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let k = offsets[cell]!; k < offsets[cell + 1]!; k++) {
        sum += weights[k]! * pixels[pixelsOffset + indices[k]! * channels + channel]!;
      }
      out[outOffset + cell * channels + channel] = sum;
    }
  }
}
