import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { FileSelection } from "../config/config.js";
import { modelFolder } from "../config/model-folder.js";
import { selectFiles } from "../config/select-files.js";
import { InputError, OutputError } from "../errors.js";
import { cacheFolder } from "../files/cache-folder.js";
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

/** Bytes free for us in the file system of a folder that may not exist yet. */
async function freeBytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return bavail * bsize;
}

const GB = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
/** Model, checkpoints and pages of a run. */
const modelBytes = 500e6;

async function checkSpace(folder: string, needed: number, what: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= needed) return;
  throw new OutputError(`${what} needs about ${GB(needed)}, but only ${GB(free)} are free`, {
    place: folder,
    remedy: "free some space or choose another folder (output_dir; CHERENKIT_CACHE for image stores)",
  });
}

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

/**
 * Checks on the login node what jobs would otherwise find out hours later. The configurations themselves are loaded
 * already.
 * @throws {InputError} for files that are not there, or a model that must be trained first
 * @throws {OutputError} for want of space
 */
export async function checkVariants(
  variants: readonly Variant[],
  stages: readonly JobStage[],
  profile: ClusterProfile,
  others: { readonly trainedByThen: boolean },
): Promise<void> {
  const look = fileLookup(profile.container?.binds ?? []);
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
      await checkSpace(cacheFolder(), bytes, "the image store");
      await checkSpace(folder.path, modelBytes, "the model");
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
