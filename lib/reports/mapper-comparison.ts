import { buildMapper, mapperNames } from "../camera/build-mapper.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { ConfigError } from "../errors.js";
import type { CameraImage } from "../figures/camera-traces.js";
import type { Figure } from "../figures/figure.js";
import { mappedImages } from "../figures/mapped-images.js";

/** What one mapper makes of an image. */
export interface MapperResult {
  readonly mapper: string;
  readonly height: number;
  readonly width: number;
  /** Mapped charge, p.e., `[height, width]`, row 0 on top. */
  readonly values: Float32Array;
  /** Charge of the whole image over that of the pixels; 1 where the mapper keeps it. NaN for an image without charge. */
  readonly chargeKept: number;
  /** Time to build the mapping matrix, and to map one image by it. */
  readonly buildMs: number;
  readonly mapMs: number;
}

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};

/** The shortest of some runs: the first ones also compile, and other work only adds. */
function shortestMs(runs: number, work: () => unknown): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - began);
  }
  return shortest;
}

function apply(mapper: ImageMapper, image: Float32Array, buildMs: number): MapperResult {
  const values = new Float32Array(mapper.height * mapper.width);
  const mapMs = shortestMs(20, () => mapImage(mapper, image, 0, 1, values, 0));
  const charge = sum(image);
  const { name, height, width } = mapper;
  return {
    mapper: name,
    height,
    width,
    values,
    chargeKept: charge === 0 ? Number.NaN : sum(values) / charge,
    buildMs,
    mapMs,
  };
}

/** One image as every mapper maps it, which suits its camera. */
export class MapperComparison implements Displayable {
  readonly title: string;
  readonly results: readonly MapperResult[];
  /** Mappers that do not suit the camera, with the reason. */
  readonly refused: ReadonlyMap<string, string>;

  constructor(title: string, results: readonly MapperResult[], refused: ReadonlyMap<string, string>) {
    this.title = title;
    this.results = results;
    this.refused = refused;
  }

  table(): DataTable {
    const rows = this.results.map(({ mapper, height, width, chargeKept, buildMs, mapMs }) => [
      mapper,
      `${height} × ${width}`,
      Number(chargeKept.toPrecision(5)),
      Number(buildMs.toPrecision(3)),
      Number(mapMs.toPrecision(3)),
    ]);
    const others = [...this.refused].map(([mapper, reason]) => [mapper, reason, null, null, null]);
    return new DataTable(["mapper", "cells", "charge kept", "build [ms]", "map one image [ms]"], [...rows, ...others]);
  }

  figure(): Figure {
    return mappedImages(
      this.results.map(({ mapper, values, height, width }) => ({ values, height, width, channels: [mapper] })),
      this.title,
    );
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}

/** Maps an image by every mapper; those that do not suit the camera are listed with the reason. */
export function compareMappers({ geometry, values }: CameraImage, title: string): MapperComparison {
  const image = Float32Array.from(values);
  const results: MapperResult[] = [];
  const refused = new Map<string, string>();
  for (const name of mapperNames) {
    try {
      const mapper = buildMapper(name, geometry);
      const buildMs = shortestMs(3, () => buildMapper(name, geometry));
      results.push(apply(mapper, image, buildMs));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused.set(name, error.message.split("\n")[0]!);
    }
  }
  return new MapperComparison(title, results, refused);
}
