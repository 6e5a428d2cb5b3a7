import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { flavours } from "./pins.mjs";
import { SetupError } from "./report.mjs";

/** The checkout: the folder that holds package.json. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Where downloads and the TensorFlow library live, shared by all checkouts of a user. */
export const cache =
  process.env.CHERENKIT_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "cherenkit");

/** `cpu` unless `CHERENKIT_TENSORFLOW=gpu`. */
export function chosenFlavour() {
  const name = process.env.CHERENKIT_TENSORFLOW || "cpu";
  if (!(name in flavours)) {
    throw new SetupError(`CHERENKIT_TENSORFLOW is "${name}"`, "set it to cpu or gpu, or leave it unset for cpu");
  }
  return { name, ...flavours[name] };
}

/** Folder of the unpacked library: its name changes with every pin, so an old one is never taken for a new one. */
export function tensorflowFolder(flavour) {
  const pins = flavour.wheels.map((wheel) => wheel.sha256);
  const key = pins.length === 1 ? pins[0] : createHash("sha256").update(pins.join()).digest("hex");
  return join(cache, `tf-${flavour.wheels[0].version}-${flavour.name}-${key.slice(0, 12)}`);
}

export const tfjsPackage = join(root, "node_modules/@tensorflow/tfjs-node-gpu");
export const bindingLink = join(tfjsPackage, "lib/napi-v8/tfjs_binding.node");
export const setupStamp = join(root, "node_modules/.cherenkit-setup.json");
export const dist = join(root, "dist");
export const kernelLauncher = join(dist, "lib/notebooks/kernel.cjs");
export const lockFile = join(cache, "locks", `${createHash("sha256").update(root).digest("hex").slice(0, 16)}.json`);
export const here = dirname(fileURLToPath(import.meta.url));
