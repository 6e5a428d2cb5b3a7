import { randomBytes } from "node:crypto";

/** `20261123-183201-3f9a`: sorts by time, and two runs of one second differ. */
export function runId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${time}-${randomBytes(2).toString("hex")}`;
}
