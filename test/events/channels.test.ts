import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "../../lib/config/channel.js";
import { writeChannels } from "../../lib/events/channels.js";

const image = {
  image: Float32Array.of(100, -3, Number.NaN, 0, 10),
  peakTime: Float32Array.of(4, 8, 6, Number.POSITIVE_INFINITY, 0),
  mask: Uint8Array.of(1, 0, 1, 1, 1),
};

test("each channel is its own function of charges, times and mask; values that are not finite become 0", () => {
  const expected: Partial<Record<Channel, number[]>> = {
    image: [100, -3, 0, 0, 10],
    cleaned_image: [100, 0, 0, 0, 10],
    log_image: [2, -3, 0, 0, 1],
    log_cleaned_image: [2, 0, 0, 0, 1],
    peak_time: [4, 8, 6, 0, 0],
    cleaned_peak_time: [4, 0, 6, 0, 0],
    // The mean is that of finite times other than 0: 6, of the surviving pixels 5.
    relative_peak_time: [-2, 2, 0, 0, -6],
    cleaned_relative_peak_time: [-1, 0, 1, 0, -5],
  };
  const channels = Object.keys(expected) as Channel[];
  const out = new Float32Array(1 + 5 * channels.length);
  writeChannels(channels, image, out, 1);
  for (const [k, channel] of channels.entries()) {
    const values = Array.from({ length: 5 }, (_, pixel) => out[1 + pixel * channels.length + k]!);
    assert.deepEqual(values, expected[channel], channel);
  }
});
