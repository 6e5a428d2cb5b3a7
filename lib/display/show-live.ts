import { bundleOf, displayHook } from "./display-hook.js";
import type { MimeBundle } from "./mime-bundle.js";

/** JupyterLab needs half a second for a figure, and listens to nobody meanwhile. */
const pauseMs = 3000;

const plotly = "application/vnd.plotly.v1+json";

/**
 * An empty box as high as the figure; null for what is no figure. JupyterLab's renderer of Plotly draws a figure once and
 * leaves it as it is when it changes; after something of another type it starts anew.
 */
function placeholder(bundle: MimeBundle): MimeBundle | null {
  if (!(plotly in bundle)) return null;
  const height = (bundle[plotly] as { layout?: { height?: number } }).layout?.height ?? 360;
  return { "text/html": `<div style="height:${height}px"></div>`, "text/plain": "" };
}

// As for the hook, the kernel and its cells may have loaded the lib twice.
const waitingName = Symbol.for("cherenkit.waitingDisplays");
const place = globalThis as { [waitingName]?: Map<string, () => void> };

function waiting(): Map<string, () => void> {
  place[waitingName] ??= new Map();
  return place[waitingName];
}

/** Shows at once what still waits for its turn: called by a kernel when a cell ends. */
export function flushLive(): void {
  for (const showNow of [...waiting().values()]) showNow();
}

let live = 0;

/**
 * A place in a cell's output whose content changes while the cell runs, at most every three seconds; the last value is always
 * shown.
 * @param first what stands there to begin with
 * @returns shows a value there, instead of the one before; where no notebook listens, nothing is shown
 */
export function showLive(first?: unknown): (value: unknown) => void {
  const id = `cherenkit-live-${process.pid}-${++live}`;
  let shown = false;
  let shownAt = Number.NEGATIVE_INFINITY;
  let latest: unknown;
  let timer: NodeJS.Timeout | undefined;
  const showNow = (): void => {
    clearTimeout(timer);
    waiting().delete(id);
    const bundle = bundleOf(latest);
    const between = shown ? placeholder(bundle) : null;
    if (between) displayHook()?.(between, id, true);
    displayHook()?.(bundle, id, shown);
    shown = true;
    shownAt = performance.now();
  };
  const update = (value: unknown): void => {
    latest = value;
    if (waiting().has(id)) return;
    const rest = shownAt + pauseMs - performance.now();
    if (rest <= 0) {
      showNow();
      return;
    }
    waiting().set(id, showNow);
    timer = setTimeout(showNow, rest).unref();
  };
  if (first !== undefined) {
    update(first);
    shownAt = Number.NEGATIVE_INFINITY;
  }
  return update;
}
