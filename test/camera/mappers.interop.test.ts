import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildMapper, mapperNames } from "../../lib/camera/build-mapper.js";
import { needsPeers, peersPython } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";
import { commonFactor, differingCells, entriesOf, entriesOfMatrix, type Matrix } from "./matrix.js";

/** Prints the matrices of dl1-data-handler for a camera, a JSON object by mapper; null where it gives an error. */
const matrices = `
import json, sys, warnings
import astropy.units as u, numpy as np
from ctapipe.instrument import CameraGeometry
from ctapipe.instrument.camera import PixelShape
from dl1_data_handler import image_mapper
warnings.simplefilter("ignore")
x, y, area, rotation, name, kind = json.load(sys.stdin)
found = {}
for mapper in sys.argv[1:]:
    geometry = CameraGeometry(name=name, pix_id=np.arange(len(x)), pix_x=np.array(x) * u.m, pix_y=np.array(y) * u.m,
        pix_area=np.array(area) * u.m**2, pix_type=PixelShape[kind.upper()], pix_rotation=rotation * u.deg, cam_rotation=0 * u.deg)
    try:
        built = getattr(image_mapper, mapper)(geometry=geometry)
    except Exception:
        found[mapper] = None
        continue
    table = built.mapping_table.tocoo()
    found[mapper] = {"image_shape": int(built.image_shape), "pixel": table.row.tolist(), "out": table.col.tolist(),
        "weight": table.data.tolist()}
print(json.dumps(found))
`;

/** Cameras whose rows dl1-data-handler tears apart (12.15 mm from place to place), or whose gaps it stumbles over (CHEC). */
const wrongThere: Readonly<Record<string, readonly string[]>> = {
  "AdvCam7987.json": mapperNames,
  "DigiCam.sst1mpipe.json": mapperNames.filter((name) => name !== "HexagdlyMapper"),
  "CHEC.prod3b.json": ["SquareMapper"],
  "HESS-1U.json": ["HexagdlyMapper"],
};

/** Left out: what takes dl1-data-handler minutes or tens of gigabytes. */
const slowThere = ["RebinMapper", "BicubicMapper"];

const folder = "geometry/json";
const ready = [needsPeers(), needsData(folder)].find(({ skip }) => skip) ?? { skip: false };

for (const file of ready.skip ? ["every camera"] : readdirSync(join(sharedData, folder))) {
  test(`${file}: the matrices equal those of dl1-data-handler as installed`, ready, () => {
    const camera = readGeometry(`${folder}/${file}`);
    const wrong = wrongThere[file] ?? [];
    const names = mapperNames.filter(
      (name) =>
        (name === "SquareMapper") === (camera.pixelType === "square") &&
        !wrong.includes(name) &&
        !slowThere.includes(name),
    );
    if (names.length === 0) return;
    const { pixelX, pixelY, pixelArea, pixelRotationDeg, name, pixelType } = camera;
    const input = [[...pixelX], [...pixelY], [...pixelArea], pixelRotationDeg, name, pixelType];
    const result = spawnSync(peersPython, ["-c", matrices, ...names], {
      input: JSON.stringify(input),
      encoding: "utf8",
      maxBuffer: 1e9,
    });
    assert.equal(result.status, 0, result.stderr);
    const found = JSON.parse(result.stdout) as Record<string, Matrix | null>;
    for (const mapperName of names) {
      const matrix = found[mapperName];
      assert.ok(matrix, `dl1-data-handler has no ${mapperName} for ${file}`);
      const mapper = buildMapper(mapperName, camera);
      assert.equal(mapper.height, matrix.image_shape, mapperName);
      const [ours, theirs] = [entriesOf(mapper), entriesOfMatrix(matrix)];
      const factor = mapperName === "BilinearMapper" ? commonFactor(ours, theirs) : 1;
      assert.ok(Math.abs(factor - 1) < 4e-3, `${mapperName}: factor ${factor}`);
      const different = differingCells(ours, theirs, factor, 1e-6).length;
      // Points equally near to two pixels may show either.
      assert.ok(different <= (mapperName === "NearestNeighborMapper" ? 60 : 0), `${mapperName}: ${different} cells`);
    }
  });
}
