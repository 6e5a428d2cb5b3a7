import assert from "node:assert/strict";
import { test } from "node:test";
import { imageAxis } from "../../lib/models/expected-error/image-axis.js";
import { type AxisImage, axisDirection } from "../../lib/prediction/axis-direction.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const near = (a: number, b: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} instead of ${b}`);

/** An image whose axis points to a source, with the distance that a network tells. */
function towards(source: readonly [number, number], x: number, y: number, told: number, rest = {}): AxisImage {
  const [dx, dy] = [source[0] - x, source[1] - y];
  const length = Math.hypot(dx, dy);
  const [cos, sin] = [dx / length, dy / length];
  return { x, y, cos, sin, distance: told, along: 0.4, across: 0.05, wrongSide: 0.25, ...rest };
}

test("where distances along the axes are worth nothing, the direction is where the axes cross", () => {
  // ctapipe's HillasReconstructor crosses axes in the same place: test/bench/hillas-directions.py --ctapipe
  const source = [0.3, -0.2] as const;
  const images = [towards(source, 1.2, 0.1, 0.1, { along: 1e4 }), towards(source, 0.1, 0.9, -2, { along: 1e4 })];
  const { x, y } = axisDirection(images);
  near(x, 0.3, 1e-6);
  near(y, -0.2, 1e-6);
});

test("axes meet where ctapipe's HillasReconstructor finds that two of them do", () => {
  // ctapipe 0.32: longitude, latitude and psi of two simulated images each, and the direction in the nominal frame.
  const events = [
    [
      [-0.16253, -0.275205, 23.937742],
      [-0.484744, -1.34824, 53.900792],
      [0.51755746, 0.02670812],
    ],
    [
      [-0.186982, 0.957785, -53.982764],
      [-0.586558, 0.095571, -5.398274],
      [0.51548048, -0.00857385],
    ],
    [
      [1.420833, -0.039602, 1.402477],
      [1.052419, -0.863313, -58.576712],
      [0.56215701, -0.0606171],
    ],
    [
      [-0.180954, 0.543969, -40.266793],
      [-0.531738, -0.453935, 24.044748],
      [0.46962554, -0.00713222],
    ],
  ] as const;
  for (const [one, other, [lon, lat]] of events) {
    const images = [one, other].map(([fovLon, fovLat, psi]) => ({
      ...imageAxis((name) => ({ hillas_fov_lon: fovLon, hillas_fov_lat: fovLat, hillas_psi: psi })[name]),
      ...{ distance: 1, along: 1e4, across: 0.05, wrongSide: 0.25 },
    }));
    const { x, y } = axisDirection(images);
    near(x, lon, 2e-3);
    near(y, lat, 2e-3);
  }
});

test("images whose source is told on the wrong side are put right by the others", () => {
  const source = [0, 0] as const;
  // Nearly parallel axes, as of cores between the telescopes: only the sides tell where they meet.
  const right = towards(source, 1, 0.02, 1);
  const wrong = towards(source, 0.8, -0.05, -0.8);
  const { x, y } = axisDirection([right, wrong]);
  near(Math.hypot(x, y), 0, 0.01);
  // The mean of what both tell would be between the two sources: 0.8° away.
});

test("a side is not changed for little: two that agree on their side do not go to the other", () => {
  const told = towards([0, 0], 1, 0.1, 1);
  const other = towards([0, 0], 1.1, -0.2, 1.05);
  const { x, y } = axisDirection([told, other]);
  assert.ok(Math.hypot(x, y) < 0.1, `${x}, ${y}`);
});

test("the error ellipse of two axes at right angles is as wide as the axes are uncertain", () => {
  const images = [
    { x: 1, y: 0, cos: 1, sin: 0, distance: -1, along: 100, across: 0.03, wrongSide: 0.2 },
    { x: 0, y: 1, cos: 0, sin: 1, distance: -1, along: 100, across: 0.04, wrongSide: 0.2 },
  ];
  const { x, y, spread } = axisDirection(images);
  near(x, 0, 1e-6);
  near(y, 0, 1e-6);
  near(spread, 0.05, 1e-6);
});

/** The best of all choices of sides, tried one by one. */
function exhaustive(images: readonly AxisImage[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 2 ** images.length; code++) {
    const fixed = images.map((image, i) => {
      const other = (code >> i) & 1;
      return {
        ...image,
        distance: other ? -image.distance : image.distance,
        penalty: other ? image.wrongSide : 1 - image.wrongSide,
      };
    });
    // Weighted least squares by the normal equations of numpy.linalg.lstsq: two rows an image.
    let [a, b, c, p, q] = [0, 0, 0, 0, 0];
    for (const { x, y, cos, sin, distance, along, across } of fixed) {
      for (const [u, v, value, error] of [
        [cos, sin, x * cos + y * sin + distance, along],
        [-sin, cos, y * cos - x * sin, across],
      ] as const) {
        a += (u * u) / error ** 2;
        b += (u * v) / error ** 2;
        c += (v * v) / error ** 2;
        p += (u * value) / error ** 2;
        q += (v * value) / error ** 2;
      }
    }
    const [px, py] = [(c * p - b * q) / (a * c - b * b), (a * q - b * p) / (a * c - b * b)];
    const cost = fixed.reduce((sum, { x, y, cos, sin, distance, along, across, penalty }) => {
      const l = ((px - x) * cos + (py - y) * sin - distance) / along;
      const t = ((py - y) * cos - (px - x) * sin) / across;
      return sum + l * l + t * t - 2 * Math.log(penalty);
    }, 0);
    least = Math.min(least, cost);
  }
  return least;
}

/** What a direction costs if each image takes the side that suits it. */
function costAt(images: readonly AxisImage[], px: number, py: number): number {
  return images.reduce((sum, { x, y, cos, sin, distance, along, across, wrongSide }) => {
    const t = ((py - y) * cos - (px - x) * sin) / across;
    const sides = [distance, -distance].map((d, i) => {
      const l = ((px - x) * cos + (py - y) * sin - d) / along;
      return l * l - 2 * Math.log(i === 0 ? 1 - wrongSide : wrongSide);
    });
    return sum + t * t + Math.min(...sides);
  }, 0);
}

test("of two images all choices of sides are tried, of seven nearly always the best is found", () => {
  const random = new RandomGenerator(3);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  for (const [count, least] of [
    [2, 200],
    [3, 190],
    [7, 190],
  ] as const) {
    let found = 0;
    for (let event = 0; event < 200; event++) {
      const source = [between(-1, 1), between(-1, 1)] as const;
      const images = Array.from({ length: count }, () => {
        const image = towards(source, between(-2, 2), between(-2, 2), 0);
        const distance = Math.hypot(source[0] - image.x, source[1] - image.y) * (random.uniform() < 0.3 ? -1 : 1);
        const turn = between(-0.1, 0.1);
        return {
          ...image,
          cos: Math.cos(Math.atan2(image.sin, image.cos) + turn),
          sin: Math.sin(Math.atan2(image.sin, image.cos) + turn),
          distance: distance + between(-0.5, 0.5),
        };
      });
      const { x, y } = axisDirection(images);
      const [cost, best] = [costAt(images, x, y), exhaustive(images)];
      assert.ok(cost >= best - 1e-6, "nothing is better than the best");
      if (cost <= best + 1e-6) found++;
    }
    assert.ok(found >= least, `${found} of 200 with ${count} images`);
  }
});
