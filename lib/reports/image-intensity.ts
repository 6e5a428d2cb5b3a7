import { type EventFile, telescopeTable } from "../events/event-file.js";
import { EventIndex } from "../events/event-index.js";
import { numbers } from "../hdf5/column.js";

/** Charge of the cleaned images of a telescope, by their events; null when the file holds no image parameters. */
export function imageIntensity(
  { hdf5 }: EventFile,
  telescopeId: number,
): ((obsId: number, eventId: number) => number) | null {
  const path = `/dl1/event/telescope/parameters/${telescopeTable(telescopeId)}`;
  if (hdf5.kind(path) !== "table") return null;
  const table = hdf5.table(path);
  const name = table.columnNames.find((column) => column.endsWith("hillas_intensity"));
  if (!name) return null;
  const { columns } = table.read({ columns: ["obs_id", "event_id", name] });
  const index = new EventIndex(numbers(columns.get("obs_id")!), numbers(columns.get("event_id")!));
  const intensity = numbers(columns.get(name)!);
  return (obsId, eventId) => intensity[index.find(obsId, eventId)] ?? Number.NaN;
}
