import { existsSync } from "node:fs";
import { selectFiles } from "../config/select-files.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import { CherenkitError } from "../errors.js";
import { particleName } from "../evaluation/particle.js";
import { type WrongEvent, worstEvents } from "../evaluation/worst-events.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import { imagesPath } from "../events/read-images.js";
import { cameraGallery, type GalleryImage } from "../figures/camera-gallery.js";
import type { Figure } from "../figures/figure.js";
import { outputPaths } from "../prediction/predict-files.js";
import type { EvaluatedModel } from "./evaluated-model.js";
import { MissingBox } from "./missing-box.js";
import type { ModelRecord } from "./model-record.js";
import type { PredictionRows } from "./predictions.js";
import { type Camera, readCamera } from "./read-camera.js";
import { type ShowerTruth, showerTruth } from "./shower-truth.js";

const title = "The images whose prediction is most wrong";

/** The DL1 file of each DL2 file, as far as the configuration of the model finds it. */
async function sources({ config, folder }: ModelRecord): Promise<Map<string, string>> {
  const selections = config?.testing?.files ?? [];
  const found = await Promise.all(selections.map(({ selection }) => selectFiles(selection).catch(() => [])));
  const files = [...new Set(found.flat())];
  return new Map(outputPaths(files, folder.predict).map((output, i) => [output, files[i]!]));
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** What was simulated and what the network said. */
function caption(rows: PredictionRows, { row, error }: WrongEvent): string {
  const truth = `${particleName(rows.trueParticle[row]!)} of ${digits(rows.trueEnergyTeV[row]!)} TeV`;
  const telescope = rows.level === "telescope" ? `, telescope ${rows.telId[row]}` : "";
  const key = `run ${rows.obsId[row]}, event ${rows.eventId[row]}${telescope}`;
  if (rows.gammaness) return `${truth}: gammaness ${digits(rows.gammaness[row]!)}<br>${key}`;
  if (rows.energyTeV) return `${truth}: predicted ${digits(rows.energyTeV[row]!)} TeV<br>${key}`;
  return `${truth}: ${digits(error)} deg off<br>${key}`;
}

/** The image of a row; of an event of the array its brightest. Null when the file has none. */
function imageOf(file: EventFile, rows: PredictionRows, row: number, truth: ShowerTruth | null): Camera | null {
  const [obsId, eventId] = [rows.obsId[row]!, rows.eventId[row]!];
  const telescopes = rows.level === "telescope" ? [rows.telId[row]!] : file.subarray.telescopes.map(({ id }) => id);
  let brightest: { camera: Camera; light: number } | null = null;
  for (const telId of telescopes) {
    if (file.hdf5.kind(imagesPath(telId)) !== "table") continue;
    try {
      const camera = readCamera(file, { obsId, eventId, telId }, truth);
      const light = Array.from(camera.camera.values).reduce((sum, value) => sum + value, 0);
      if (!brightest || light > brightest.light) brightest = { camera, light };
    } catch (error) {
      if (!(error instanceof CherenkitError)) throw error;
    }
  }
  return brightest?.camera ?? null;
}

/** The worst images with true and, of directions, predicted direction. */
async function galleryImages(
  rows: PredictionRows,
  worst: readonly WrongEvent[],
  dl1: ReadonlyMap<string, string>,
): Promise<GalleryImage[]> {
  const images: GalleryImage[] = [];
  for (const wrong of worst) {
    const { row } = wrong;
    const path = dl1.get(rows.files[rows.fileIndex[row]!]!);
    if (!path || !existsSync(path)) continue;
    const file = await openEventFile(path);
    try {
      const truth = file.hdf5.has("/simulation/event/subarray/shower") ? showerTruth(file) : null;
      const found = imageOf(file, rows, row, truth);
      if (!found) continue;
      const pointing = { altDeg: rows.pointingAltDeg[row]!, azDeg: rows.pointingAzDeg[row]! };
      const predicted = rows.altDeg && { altDeg: rows.altDeg[row]!, azDeg: rows.azDeg![row]! };
      const camera = predicted ? { ...found.camera, predictedDirection: skyOffset(predicted, pointing) } : found.camera;
      images.push({ camera, caption: caption(rows, wrong) });
    } finally {
      file.close();
    }
  }
  return images;
}

/** Small camera images of the events whose prediction is most wrong, from the DL1 files that were tested. */
export async function worstGallery(model: EvaluatedModel, count: number = 6): Promise<Figure | MissingBox> {
  const { predictions, problem, record } = model;
  if (!predictions || problem) return new MissingBox(title, problem ?? "not known");
  const dl1 = new Map([...predictions.files.map((file) => [file, file] as const), ...(await sources(record))]);
  try {
    const images = await galleryImages(predictions, worstEvents(predictions, record.task, count), dl1);
    if (images.length > 0) return cameraGallery(images, title);
  } catch (error) {
    if (!(error instanceof CherenkitError)) throw error;
    return new MissingBox(title, error.message.split("\n")[0]!);
  }
  return new MissingBox(title, "the DL1 files with the images are not where the configuration looks for them");
}
