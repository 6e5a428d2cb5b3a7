// Processor time and memory for building each mapper for each reference camera: node --expose-gc dist/test/bench/mappers.js
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildMapper, mapperNames } from "../../lib/camera/build-mapper.js";
import { DataTable } from "../../lib/display/data-table.js";
import { readGeometry } from "../camera/golden-geometry.js";
import { sharedData } from "../shared-data.js";
import "./bench.js";

const rows: (string | number)[][] = [];
for (const file of readdirSync(join(sharedData, "geometry/json"))) {
  const camera = readGeometry(`geometry/json/${file}`);
  for (const name of mapperNames) {
    if ((name === "SquareMapper") !== (camera.pixelType === "square")) continue;
    globalThis.gc?.();
    const before = process.memoryUsage();
    const start = process.cpuUsage();
    const mapper = buildMapper(name, camera);
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    const after = process.memoryUsage();
    const megabytes = (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / 1e6;
    rows.push([
      file.replace(".json", ""),
      name,
      mapper.height,
      mapper.weights.length,
      ms.toFixed(1),
      megabytes.toFixed(1),
    ]);
  }
}
console.log(new DataTable(["camera", "mapper", "side", "weights", "CPU ms", "MB allocated"], rows).toText());
