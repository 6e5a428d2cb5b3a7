/** How the rows of several files become those of one. */
export type TableKind =
  /** Telescopes and cameras: equal in all files, taken from the first. */
  | "instrument"
  /** Counts of a selection: added up. */
  | "statistics"
  /** One row an event, or an event and telescope: all rows, one file after the other. */
  | "events"
  /** What belongs to a run or to a time: rows that an earlier file had are not repeated. */
  | "runs";

const statistics = /^\/(dl1\/service\/image_statistics$|dl2\/service\/tel_event_statistics\/)/;

export function tableKind(path: string): TableKind {
  if (path.startsWith("/configuration/instrument/")) return "instrument";
  if (statistics.test(path)) return "statistics";
  return /^\/[^/]+\/event\//.test(path) ? "events" : "runs";
}
