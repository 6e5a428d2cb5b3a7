import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";

/** Something a reader must know before trusting the numbers. */
export interface Notice {
  readonly kind: "warning" | "note";
  readonly text: string;
}

const colours = { warning: "#d08700", note: "#6f7580" } as const;

/** Warnings first, then notes; says so when there is nothing to warn of. */
export class Notices implements Displayable {
  readonly list: readonly Notice[];

  constructor(list: readonly Notice[]) {
    this.list = [...list.filter(({ kind }) => kind === "warning"), ...list.filter(({ kind }) => kind === "note")];
  }

  toText(): string {
    if (this.list.length === 0) return "nothing to warn of";
    return this.list.map(({ kind, text }) => `${kind}: ${text}`).join("\n");
  }

  toString(): string {
    return this.toText();
  }

  [jupyterDisplay](): MimeBundle {
    const items = this.list.map(
      ({ kind, text }) =>
        `<p style="margin:.4rem 0;padding:.1rem 0 .1rem .8rem;border-left:4px solid ${colours[kind]}"><strong>${kind}</strong> ${escapeHtml(text)}</p>`,
    );
    return { "text/html": items.join("\n") || "<p>Nothing to warn of.</p>", "text/plain": this.toText() };
  }
}
