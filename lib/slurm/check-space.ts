import { existsSync } from "node:fs";
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { counted } from "../display/counted.js";
import { OutputError } from "../errors.js";
import { listImageStores } from "../events/image-store-cache.js";
import { cacheLimitBytes, doWithoutStore, fitsOnDisk, gigabytes } from "../events/image-store-room.js";
import { outputError } from "../files/write-atomically.js";

/** Something that jobs will write, and about how much it takes. */
export interface SpaceNeed {
  readonly kind: "image store" | "model";
  readonly folder: string;
  readonly bytes: number;
}

/** `3 image stores (1.2 GB) and 100 models (5.0 GB)` */
function described(needs: readonly SpaceNeed[]): string {
  const kinds = [...new Set(needs.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const these = needs.filter((need) => need.kind === kind);
    return `${counted(these.length, kind)}${kinds.length > 1 ? ` (${gigabytes(sumOf(these))})` : ""}`;
  });
  return `${parts.join(" and ")} ${needs.length > 1 ? "need" : "needs"}`;
}

const sumOf = (needs: readonly SpaceNeed[]): number => needs.reduce((sum, { bytes }) => sum + bytes, 0);

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  let found = folder;
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

/** @throws {OutputError} when a folder could not be made or written */
async function checkWritable(folder: string): Promise<void> {
  const above = existing(folder);
  if (!(await stat(above)).isDirectory()) throw outputError(folder, { code: "ENOTDIR" });
  try {
    await access(above, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw outputError(folder, cause);
  }
}

/** The needs of each file system. */
async function byDevice(needs: readonly SpaceNeed[]): Promise<SpaceNeed[][]> {
  const devices = new Map<number, SpaceNeed[]>();
  const known = new Map<string, Promise<number>>();
  for (const need of needs) {
    const above = existing(need.folder);
    const asked = known.get(above) ?? stat(above).then(({ dev }) => dev);
    known.set(above, asked);
    const device = await asked;
    devices.set(device, [...(devices.get(device) ?? []), need]);
  }
  return [...devices.values()];
}

const sentence = (needs: readonly SpaceNeed[], free: number): string =>
  `${described(needs)} about ${gigabytes(sumOf(needs))}, but only ${gigabytes(free)} are free`;

/** Why image stores find no room, so that training does without them; null when they do. */
async function whyWithoutStores(stores: readonly SpaceNeed[], free: number): Promise<string | null> {
  const limit = cacheLimitBytes();
  const used =
    limit < Number.POSITIVE_INFINITY ? (await listImageStores()).reduce((sum, { bytes }) => sum + bytes, 0) : 0;
  if (used + sumOf(stores) > limit)
    return `${described(stores)} about ${gigabytes(sumOf(stores))}, others take ${gigabytes(used)}, and CHERENKIT_CACHE_LIMIT_GB is ${limit / 1e9}`;
  return fitsOnDisk(sumOf(stores), free) ? null : `${sentence(stores, free)} in ${stores[0]!.folder}`;
}

/**
 * Checks that models and image stores may be written where they go, and that what training cannot do without fits into the
 * file systems.
 * @returns what training will do without, in a sentence; null when everything fits
 * @throws {OutputError} naming what is needed, what is free and what could be done without
 */
export async function checkSpace(needs: readonly SpaceNeed[]): Promise<string | null> {
  // Of a hundred new models the folder above is looked at once.
  for (const folder of new Map(needs.map(({ folder }) => [existing(folder), folder])).values())
    await checkWritable(folder);
  const without: string[] = [];
  for (const together of await byDevice(needs)) {
    const [models, stores] = (["model", "image store"] as const).map((kind) =>
      together.filter((need) => need.kind === kind),
    ) as [SpaceNeed[], SpaceNeed[]];
    const { bavail, bsize } = await statfs(existing(together[0]!.folder));
    const free = bavail * bsize;
    const refuse = (these: readonly SpaceNeed[], remedy: string): never => {
      throw new OutputError(sentence(these, free), { place: placesOf(these).join(" and "), remedy });
    };
    if (sumOf(models) > free) refuse(models, "free some space, or choose another folder (output_dir)");
    if (stores.length === 0) continue;
    const reason = await whyWithoutStores(stores, free);
    if (reason !== null) without.push(reason);
    // The store would be written first, and leave too little for the model.
    else if (sumOf(together) > free)
      refuse(
        together,
        "free some space, choose another folder (output_dir; CHERENKIT_CACHE for image stores), or do without image stores: set CHERENKIT_CACHE_LIMIT_GB to 0",
      );
  }
  return without.length > 0 ? `${without.join("; ")}; ${doWithoutStore}` : null;
}

/** The folders; of several models those they lie in. */
function placesOf(needs: readonly SpaceNeed[]): string[] {
  const models = new Set(needs.filter(({ kind }) => kind === "model").map(({ folder }) => folder));
  return [
    ...new Set(needs.map(({ kind, folder }) => (kind === "model" && models.size > 1 ? dirname(folder) : folder))),
  ];
}
