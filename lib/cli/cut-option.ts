import { collect } from "./assignments.js";

/** `--cut EXPRESSION`, as commander takes an option: what is judged, in every command that judges predictions. */
export const cutOption: [string, string, typeof collect, string[]] = [
  "--cut <expression>",
  "judge only rows for which it is true, e.g. 'true_energy > 1' or 'leakage_intensity_width_2 < 0.2' (may be repeated)",
  collect,
  [],
];
