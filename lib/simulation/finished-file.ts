import { existsSync } from "node:fs";
import { CherenkitError, OutputError } from "../errors.js";
import { Hdf5File } from "../hdf5/hdf5-file.js";
import { planAttribute, planText } from "./dl1-run.js";
import { telescopeTables } from "./event-tables.js";
import type { PlannedFile } from "./planned-files.js";
import { runConditions } from "./run-plan.js";
import type { SimulatedFile } from "./simulated-files.js";

/**
 * A planned file that an earlier call has finished.
 * @returns null when there is none yet
 * @throws {OutputError} when something else stands in its place
 */
export async function finishedFile({ path, plan }: PlannedFile): Promise<SimulatedFile | null> {
  if (!existsSync(path)) return null;
  const other = (why: string): OutputError =>
    new OutputError(`${path} is there already, ${why}`, {
      place: path,
      remedy: "choose another folder, or --overwrite (overwrite: true) to replace it",
    });
  const file = await Hdf5File.open(path).catch((error: unknown) => {
    if (error instanceof CherenkitError) throw other("and is no file of a simulation");
    throw error;
  });
  try {
    if (file.attributes("/")[planAttribute] !== planText(plan)) throw other("and not of this simulation");
    const telescopes = runConditions(plan).array.telescopes.map(({ id, name }) => {
      const { images } = telescopeTables(id);
      return { id, name, images: file.has(images) ? file.table(images).rows : 0 };
    });
    const images = telescopes.reduce((sum, telescope) => sum + telescope.images, 0);
    return { path, particle: plan.particle.name, events: plan.events, images, telescopes, seconds: 0 };
  } finally {
    file.close();
  }
}
