import { createHash } from "node:crypto";
import type { Config } from "../config/config.js";
import { ConfigError } from "../errors.js";
import type { TrainingSet } from "./training-set.js";

/** Everything that must be the same for a training to be continued, by dotted name. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Settings that may change between the parts of a training: where the files lie, and how long and how it runs. */
const free = new Set(["signal", "background", "epochs", "workers", "checkpointMinutes"]);

function flatten(value: unknown, name: string, into: Record<string, string>): void {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, `${name}.${key}`, into);
  } else into[name] = JSON.stringify(value);
}

/** The fingerprint of a training: reader, model, training settings and the very examples. */
export function fingerprint(config: Config, set: TrainingSet): Fingerprint {
  const found: Record<string, string> = {};
  flatten(config.reader, "reader", found);
  flatten(config.model, "model", found);
  const settings = Object.entries(config.training).filter(([name]) => !free.has(name));
  flatten(Object.fromEntries(settings), "training", found);
  const rows = createHash("sha256");
  for (const part of [set.training, set.validation])
    rows.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  found["data.files"] = set.description.trainingFilesHash;
  found["data.examples"] = rows.digest("hex").slice(0, 16);
  return found;
}

/** @throws {ConfigError} naming what differs between a checkpoint and the present training. */
export function checkFingerprint(saved: Fingerprint, present: Fingerprint, checkpoint: string): void {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(present)])].filter(
    (name) => saved[name] !== present[name],
  );
  if (names.length === 0) return;
  const list = names
    .slice(0, 5)
    .map((name) => `  ${name}: ${saved[name] ?? "not set"} then, ${present[name] ?? "not set"} now`);
  if (names.length > 5) list.push(`  and ${names.length - 5} more`);
  throw new ConfigError(`there is an unfinished training with other settings:\n${list.join("\n")}`, {
    place: checkpoint,
    remedy:
      'give it back its settings to continue it, name another output_dir, or start anew (cherenkit train --anew, or { resume: "never" } in a notebook), which moves it to .previous/',
  });
}
