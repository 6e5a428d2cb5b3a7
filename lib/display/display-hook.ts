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

/** The hook of the kernel; undefined where no notebook listens. */
export function displayHook(): DisplayHook | undefined {
  return place[hookName];
}

/** How a value shows itself; anything else as its text. */
export function bundleOf(value: unknown): MimeBundle {
  return isDisplayable(value) ? value[jupyterDisplay]() : { "text/plain": String(value) };
}
