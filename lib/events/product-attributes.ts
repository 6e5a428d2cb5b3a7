import { randomUUID } from "node:crypto";
import { version } from "../config/version.js";

/** Attributes by which a new file says what it is and who made it (CTAO reference metadata). */
export function productAttributes(command: string, dataLevels: readonly string[]): Record<string, string> {
  const now = new Date().toISOString().replace("T", " ").replace("Z", "");
  return {
    "CTA PRODUCT ID": randomUUID(),
    "CTA PRODUCT CREATION TIME": now,
    "CTA PRODUCT DATA LEVELS": dataLevels.join(","),
    "CTA ACTIVITY ID": randomUUID(),
    "CTA ACTIVITY NAME": command,
    "CTA ACTIVITY TYPE": "software",
    "CTA ACTIVITY START TIME": now,
    "CTA ACTIVITY STOP TIME": now,
    "CTA ACTIVITY SOFTWARE NAME": "cherenkit",
    "CTA ACTIVITY SOFTWARE VERSION": version,
  };
}
