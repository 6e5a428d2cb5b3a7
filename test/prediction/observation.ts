import { numbers } from "../../lib/hdf5/column.js";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";

/** Copies a simulated DL1 file as an observation: without truth, with the monitored pointing of a drifting telescope. */
export async function asObservation(source: string, target: string): Promise<void> {
  const from = await Hdf5File.open(source);
  const to = await createHdf5(target);
  const simulated = ["/simulation", "/configuration/simulation", "/configuration/telescope"];
  copyGroup(from, "/", to, (path) => !simulated.includes(path.replace("//", "/")));
  to.group("/", { "CTA PROCESS TYPE": "Observation", "CTA PRODUCT DATA CATEGORY": "Other" });
  const trigger = from.table("/dl1/event/subarray/trigger");
  const stored = numbers(trigger.read({ columns: ["time"] }).columns.get("time")!);
  const first = stored[0]!;
  const last = stored.at(-2)!;
  const time = trigger.columns.find(({ name }) => name === "time")!;
  const layout = from.table("/configuration/instrument/subarray/layout").read();
  for (const id of numbers(layout.columns.get("tel_id")!)) {
    to.table(`/dl0/monitoring/telescope/pointing/tel_${String(id).padStart(3, "0")}`, [
      time,
      { name: "azimuth", type: "float64", unit: "rad" },
      { name: "altitude", type: "float64", unit: "rad" },
    ]).append({
      time: Uint32Array.of(first - 10, 0, last + 10, 0),
      azimuth: [3.13, 3.15],
      altitude: [1.22, 1.223],
    });
  }
  await to.close();
  from.close();
}
