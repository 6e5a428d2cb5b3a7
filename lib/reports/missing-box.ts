import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";

/** A labelled empty box: what would stand here, and why it does not. */
export class MissingBox implements Displayable {
  readonly title: string;
  readonly reason: string;

  constructor(title: string, reason: string) {
    this.title = title;
    this.reason = reason;
  }

  toText(): string {
    return `${this.title}: ${this.reason}`;
  }

  toString(): string {
    return this.toText();
  }

  [jupyterDisplay](): MimeBundle {
    const html = `<div style="border:1px dashed #9aa1ad;border-radius:8px;padding:1rem;text-align:center"><strong>${escapeHtml(this.title)}</strong><br>${escapeHtml(this.reason)}</div>`;
    return { "text/html": html, "text/plain": this.toText() };
  }
}
