import { Command } from "commander";
import { counted } from "../display/counted.js";
import { DataTable } from "../display/data-table.js";
import { wholeNumber } from "./whole-number.js";

/** `cherenkit cache list|prune` */
export function cacheCommand(): Command {
  const cache = new Command("cache").description("image stores: what is there, and removing what is not used");
  cache
    .command("list")
    .description("image stores, newest first")
    .option("--json", "print as JSON")
    .action(async (options: { json?: true }) => {
      const { imageStoresFolder, listImageStores } = await import("../events/image-store-cache.js");
      const { cacheLimitBytes } = await import("../events/image-store-room.js");
      const stores = await listImageStores();
      if (options.json) return console.log(JSON.stringify(stores, null, 2));
      const rows = stores.map(({ key, examples, bytes, lastUsed }) => [
        key,
        examples,
        Math.round(bytes / 1e6),
        lastUsed,
      ]);
      console.log(new DataTable(["image store", "examples", "MB", "last used"], rows).toText());
      const used = stores.reduce((sum, { bytes }) => sum + bytes, 0) / 1e9;
      const limit = cacheLimitBytes() / 1e9;
      const allowed = Number.isFinite(limit) ? `of ${limit} GB (CHERENKIT_CACHE_LIMIT_GB)` : "without limit";
      console.log(`${used.toFixed(used < 1 ? 3 : 1)} GB ${allowed} in ${imageStoresFolder()}`);
    });
  cache
    .command("prune")
    .description("remove image stores; training writes them anew when it needs them")
    .option("--older-than <days>", "only those not used for so many days", wholeNumber, 0)
    .addHelpText("after", "\nExample:\n  cherenkit cache prune --older-than 30")
    .action(async (options: { olderThan: number }) => {
      const { pruneImageStores } = await import("../events/image-store-cache.js");
      const removed = await pruneImageStores({ olderThanDays: options.olderThan });
      const bytes = removed.reduce((sum, store) => sum + store.bytes, 0);
      console.log(`${counted(removed.length, "image store")} removed, ${(bytes / 1e6).toFixed(0)} MB freed`);
    });
  return cache;
}
