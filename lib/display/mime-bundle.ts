/**
 * How a value of the lib shows itself in a notebook: it has a method under
 * `Symbol.for("Jupyter.display")` that returns a MIME bundle.
 */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** MIME type → content: a string, or JSON for `+json` types. */
export type MimeBundle = Record<string, unknown>;

export interface Displayable {
  [jupyterDisplay](): MimeBundle;
}

/** True when `value` knows how to show itself in a notebook. */
export function isDisplayable(value: unknown): value is Displayable {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as Partial<Displayable>)[jupyterDisplay] === "function"
  );
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text made safe to stand in HTML content or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
