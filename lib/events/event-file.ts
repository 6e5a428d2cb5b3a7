import { InputError } from "../errors.js";
import { Hdf5File } from "../hdf5/hdf5-file.js";
import { readSubarray, type Subarray } from "./subarray.js";

/** An open DL1 or DL2 file of ctapipe's layout. */
export interface EventFile {
  readonly path: string;
  readonly hdf5: Hdf5File;
  readonly process: "Simulation" | "Observation";
  /** Version of ctapipe's data model, e.g. `v7.1.0`. */
  readonly dataModel: string;
  readonly subarray: Subarray;
  close(): void;
}

/** `tel_001`: name of a telescope's table. */
export function telescopeTable(id: number): string {
  return `tel_${String(id).padStart(3, "0")}`;
}

const oldestMajorVersion = 5;

/**
 * Opens a file and reads what it says of itself and of its telescopes.
 * @throws {InputError} when it is not HDF5, not a ctapipe file, or of a data model from before v5.
 */
export async function openEventFile(path: string): Promise<EventFile> {
  const hdf5 = await Hdf5File.open(path);
  try {
    const version = hdf5.attribute("/", "CTA PRODUCT DATA MODEL VERSION");
    const process = hdf5.attribute("/", "CTA PROCESS TYPE");
    if (typeof version !== "string" || typeof process !== "string") {
      throw new InputError(`${path} is HDF5, but not a file of ctapipe: it lacks the reference metadata`, {
        place: path,
        remedy: "make DL1 files with ctapipe-process, or with cherenkit simulate",
      });
    }
    const major = Number.parseInt(version.replace(/^v/, ""), 10);
    if (!(major >= oldestMajorVersion)) {
      throw new InputError(`${path} has data model ${version}, which is too old`, {
        place: path,
        remedy: "make it again with ctapipe 0.17 or newer",
      });
    }
    const subarray = readSubarray(hdf5);
    return {
      path: hdf5.path,
      hdf5,
      process: process === "Simulation" ? "Simulation" : "Observation",
      dataModel: version.startsWith("v") ? version : `v${version}`,
      subarray,
      close: () => hdf5.close(),
    };
  } catch (error) {
    hdf5.close();
    throw error;
  }
}
