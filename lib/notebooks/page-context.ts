import { type Equations, newEquations } from "./equations.js";
import { type LocalPictures, noPictures } from "./local-pictures.js";

/** What the cells of a page share while it is written. */
export interface PageContext {
  /** Language of the code. */
  readonly language: string;
  readonly hideCode: boolean;
  readonly equations: Equations;
  readonly pictures: LocalPictures;
  /** Anchors that are taken. */
  readonly anchors: Set<string>;
  /** Place of the cell that is written. */
  cell: number;
}

export function newPageContext(given: Partial<PageContext> = {}): PageContext {
  return {
    language: "typescript",
    hideCode: false,
    equations: newEquations(),
    pictures: noPictures,
    anchors: new Set(),
    cell: 0,
    ...given,
  };
}

/** An anchor like `wanted` that nothing else of the page has. */
export function freeAnchor(wanted: string, anchors: Set<string>): string {
  let anchor = wanted;
  for (let i = 2; anchors.has(anchor); i++) anchor = `${wanted}-${i}`;
  anchors.add(anchor);
  return anchor;
}
