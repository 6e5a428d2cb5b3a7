import { bundleOf, displayHook } from "./display-hook.js";

/** Shows values now, before the cell ends: a figure, a table, …; on a terminal their text. */
export function show(...values: readonly unknown[]): void {
  for (const value of values) {
    const hook = displayHook();
    if (hook) hook(bundleOf(value), null, false);
    else console.log(String(bundleOf(value)["text/plain"] ?? value));
  }
}
