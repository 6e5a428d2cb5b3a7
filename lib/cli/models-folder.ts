import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../config/project-root.js";
import { projectFolder } from "../files/project-folder.js";

/** `models` of the project in which the command is given; cherenkit's own where there is none. */
export function modelsFolder(): string {
  const here = join(projectRoot(join(process.cwd(), "any.yaml")), "models");
  return existsSync(here) ? here : join(projectFolder, "models");
}
