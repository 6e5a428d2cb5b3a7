import { isDisplayable, jupyterDisplay, type MimeBundle } from "./mime-bundle.js";

/** How a notebook's kernel takes what a running cell shows; `update` replaces what was shown under the same id. */
export type DisplayHook = (bundle: MimeBundle, id: string | null, update: boolean) => void;

// A property of the process, since a kernel may load the lib more than once.
const hookName = Symbol.for("cherenkit.displayHook");
const place = globalThis as { [hookName]?: DisplayHook };

/** Called by a kernel when it starts. */
export function setDisplayHook(hook: DisplayHook): void {
  place[hookName] = hook;
}

function bundleOf(value: unknown): MimeBundle {
  return isDisplayable(value) ? value[jupyterDisplay]() : { "text/plain": String(value) };
}

/** Shows values now, before the cell ends: a figure, a table, …; on a terminal their text. */
export function show(...values: readonly unknown[]): void {
  for (const value of values) {
    const hook = place[hookName];
    if (hook) hook(bundleOf(value), null, false);
    else console.log(String(bundleOf(value)["text/plain"] ?? value));
  }
}

let live = 0;

/**
 * A place in a cell's output whose content changes while the cell runs.
 * @param first what stands there to begin with
 * @returns shows a value there, instead of the one before; where no notebook listens, nothing is shown
 */
export function showLive(first?: unknown): (value: unknown) => void {
  const id = `cherenkit-live-${process.pid}-${++live}`;
  let shown = false;
  const update = (value: unknown): void => {
    place[hookName]?.(bundleOf(value), id, shown);
    shown = true;
  };
  if (first !== undefined) update(first);
  return update;
}
