import { fileURLToPath } from "node:url";

/** Where cherenkit stands, with its notebooks and configurations. */
export const projectFolder: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
