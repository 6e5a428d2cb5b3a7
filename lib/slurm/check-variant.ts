import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config, FileSelection } from "../config/config.js";
import { modelFolder } from "../config/model-folder.js";
import { selectFiles } from "../config/select-files.js";
import { InputError } from "../errors.js";
import { imageStoresFolder } from "../events/image-store-cache.js";
import { checkSpace, type SpaceNeed } from "./check-space.js";
import type { ClusterProfile, JobStage } from "./cluster-profile.js";
import type { Variant } from "./plan.js";

/** A path inside the container as the login node knows it. */
export function hostPath(path: string, binds: readonly string[]): string {
  for (const bind of binds) {
    const [source, inside = source] = bind.split(":") as [string, string?];
    if (path === inside || path.startsWith(`${inside}/`)) return source + path.slice(inside!.length);
  }
  return path;
}

/** Space for a network, its checkpoint and its forms: some of CTLearn's have 0.3 million parameters, others six million. */
const modelBytes = (config: Config): number => (config.model.type === "SingleCNN" ? 50e6 : 250e6);
/** Space for the pages, logs and notebooks of some runs. */
const pagesBytes = 250e6;

/** Looks for the files of selections and sums up their bytes; those that many models share are looked for once. */
function fileLookup(binds: readonly string[]): (selection: FileSelection) => Promise<number> {
  const known = new Map<string, Promise<number>>();
  const look = async (selection: FileSelection): Promise<number> => {
    const files = await selectFiles({ ...selection, folder: hostPath(selection.folder, binds) });
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  return (selection) => {
    const key = JSON.stringify(selection);
    const found = known.get(key) ?? look(selection);
    known.set(key, found);
    return found;
  };
}

/** Where jobs keep image stores; null when that is a place which only the compute nodes have. */
function storesFolder({ environment, container }: ClusterProfile): string | null {
  if (!environment.CHERENKIT_CACHE) return imageStoresFolder();
  const cache = hostPath(environment.CHERENKIT_CACHE, container?.binds ?? []);
  return existsSync(cache) ? join(cache, "images") : null;
}

/**
 * Checks on the login node what jobs would otherwise find out hours later. The configurations themselves are loaded
 * already.
 * @throws {InputError} for files that are not there, or a model that must be trained first
 * @throws {OutputError} for want of space that training cannot do without; `warn` is told what it can
 */
export async function checkVariants(
  variants: readonly Variant[],
  stages: readonly JobStage[],
  profile: ClusterProfile,
  others: { readonly trainedByThen: boolean; readonly warn: (line: string) => void },
): Promise<void> {
  const look = fileLookup(profile.container?.binds ?? []);
  const cache = storesFolder(profile);
  const stores = new Map<string, SpaceNeed>();
  const models = new Map<string, SpaceNeed>();
  for (const { config } of variants) {
    const folder = modelFolder(config.modelFolder);
    const trains = stages.includes("train");
    if (trains || stages.includes("prepare")) {
      const { signal, background } = config.training;
      const bytes = (await look(signal)) + (background ? await look(background) : 0);
      const { customModel, loadModelFrom } = config.model;
      for (const path of [customModel?.file, loadModelFrom]) {
        if (path && !existsSync(path)) {
          throw new InputError(`${path} does not exist`, {
            place: config.file,
            remedy: "check the model's path in the configuration",
          });
        }
      }
      // Models that differ in mapper or network alone share a store.
      const { mapper: _, imageShape: __, ...read } = config.reader;
      const store = JSON.stringify([signal, background, read]);
      if (cache !== null) stores.set(store, { kind: "image store", folder: cache, bytes });
      const pages = models.size === 0 ? pagesBytes : 0;
      models.set(folder.path, { kind: "model", folder: folder.path, bytes: modelBytes(config) + pages });
    }
    if (stages.includes("test")) {
      for (const { selection } of config.testing?.files ?? []) await look(selection);
    }
    const needsModel = stages.includes("test") || stages.includes("report");
    if (needsModel && !trains && !others.trainedByThen && !existsSync(folder.card)) {
      throw new InputError("there is no trained model yet", {
        place: folder.path,
        remedy: "submit train as well, or give the job that trains it with --after",
      });
    }
  }
  const without = await checkSpace([...stores.values(), ...models.values()]);
  if (without !== null) others.warn(without);
}

/** @throws {InputError} when the profile's image or a folder it binds is missing */
export function checkContainer(profile: ClusterProfile): void {
  const { container } = profile;
  if (!container) return;
  if (!existsSync(container.image)) {
    throw new InputError(`the container image ${container.image} does not exist`, {
      place: container.image,
      remedy: "build it (apptainer build cherenkit.sif slurm/cherenkit.def), or give its path in the cluster profile",
    });
  }
  for (const bind of container.binds) {
    const source = bind.split(":")[0]!;
    if (existsSync(source)) continue;
    throw new InputError(`the folder ${source}, which the container shall see, does not exist`, {
      place: source,
      remedy: "change binds in the cluster profile",
    });
  }
}
