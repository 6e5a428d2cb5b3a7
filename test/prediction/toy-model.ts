import { join } from "node:path";
import { loadConfig } from "../../lib/config/load-config.js";
import { type ModelCard, taskLabels, writeModelCard } from "../../lib/config/model-card.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import type { Task } from "../../lib/config/task.js";
import { buildModel } from "../../lib/models/build-model.js";
import { saveModel } from "../../lib/models/save-model.js";

export type ReaderChanges = Partial<ModelCard["reader"]>;

export interface ToyOptions {
  readonly reader?: ReaderChanges;
  readonly seed?: number;
  /** Side of the mapped image; 110 = LSTCam's own. */
  readonly side?: number;
  /** Telescopes whose images are stacked, in stereo. */
  readonly stacked?: number;
  readonly camera?: ModelCard["camera"];
  readonly telescopes?: ModelCard["telescopes"];
  readonly pointingDeg?: ModelCard["validity"]["pointingDeg"];
  readonly expectedErrors?: ModelCard["expectedErrors"];
}

const lst = [1, 2, 3, 4].map((id) => ({ id, type: "LST_LST_LSTcam" }));

/** Saves a small untrained SingleCNN with its card, as training would leave it. Returns its folder. */
export async function toyModel(parent: string, task: Task, options: ToyOptions = {}): Promise<string> {
  const config = await loadConfig(new URL("../../../configs/demo/energy.yaml", import.meta.url).pathname);
  const folder = modelFolder(join(parent, task, `toy${options.seed ?? 1}`));
  const side = options.side ?? 110;
  const reader = {
    ...config.reader,
    mode: "mono" as const,
    channels: ["cleaned_image" as const, "cleaned_relative_peak_time" as const],
    mapper: "BilinearMapper",
    imageShape: null,
    allowedTelescopes: null,
    allowedTelescopeTypes: null,
    qualityCriteria: [{ name: "> 50 phe", expression: "hillas_intensity > 50" }],
    focalLength: "effective" as const,
    ...options.reader,
  };
  const inputShape: [number, number, number] = [side, side, reader.channels.length * (options.stacked ?? 1)];
  const model = buildModel(
    {
      ...config.model,
      type: "SingleCNN",
      tasks: [task],
      attention: null,
      headLayers: { type: [8, 2], energy: [8, 1], cameradirection: [8, 2], skydirection: [8, 2] },
      singleCnn: {
        ...config.model.singleCnn,
        architecture: [
          { filters: 4, kernelSize: 3, number: 1 },
          { filters: 8, kernelSize: 3, number: 1 },
        ],
      },
    },
    inputShape,
    options.seed ?? 1,
  );
  await saveModel(model, folder.model);
  await writeModelCard(folder.card, {
    format: 1,
    cherenkit: "0.1.0",
    trained: "2026-01-01T00:00:00.000Z",
    name: `toy${options.seed ?? 1}`,
    tasks: [task],
    reader: {
      ...reader,
      channels: [...reader.channels],
      qualityCriteria: [...reader.qualityCriteria],
    } as ModelCard["reader"],
    inputShape,
    camera: options.camera ?? { name: "LSTcam", pixels: 1855 },
    telescopes: options.telescopes ?? lst,
    ...(options.expectedErrors ? { expectedErrors: options.expectedErrors } : {}),
    labels: { [task]: taskLabels[task].map((label) => ({ ...label })) },
    validity: {
      pointingDeg: options.pointingDeg ?? [],
      energyTeV: { min: 0.01, max: 100 },
      dataModels: ["v7.1.0"],
      examples: { training: 1, validation: 1 },
      trainingFiles: 1,
      trainingFilesHash: "toy",
    },
  });
  return folder.path;
}
