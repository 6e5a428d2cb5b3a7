import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { escapeHtml } from "../display/mime-bundle.js";

/** Pictures that lie beside a notebook, as what stands in its page. */
export interface LocalPictures {
  /**
   * A link of a picture: with the picture in it, or as it was where it leads elsewhere; `missing` is a note for the reader
   * that stands in its place.
   * @param cell place of the cell, for the warning
   */
  source(link: string, cell: number): { readonly link: string } | { readonly missing: string };
}

/** For pages that are made of no file. */
export const noPictures: LocalPictures = { source: (link) => ({ link }) };

const types: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
};

/** Bytes that one picture, and all of a page together, may have. */
const [largest, largestTogether] = [20e6, 100e6];

/** The path of a link that leads to a file beside the notebook; null for all others. */
function localPath(link: string): string | null {
  if (link === "" || /^(?:[a-z][a-z\d+.-]*:|\/|\\|#|\?)/i.test(link)) return null;
  const path = link.replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sizeOf(file: string): number | null {
  try {
    const found = statSync(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

/**
 * @param folders where a relative link may lead from, in this order
 * @param warn gets one line for each picture and cell that cannot be put in
 */
export function newLocalPictures(folders: readonly string[], warn: (text: string) => void): LocalPictures {
  let together = 0;
  const said = new Set<string>();
  const missing = (link: string, cell: number, reason: string): { missing: string } => {
    const warning = `cell ${cell + 1}: the picture ${link} ${reason}`;
    if (!said.has(warning)) warn(warning);
    said.add(warning);
    return { missing: `<span class="missing">The picture ${escapeHtml(link)} ${escapeHtml(reason)}.</span>` };
  };
  return {
    source(link, cell) {
      const path = localPath(link);
      const type = path === null ? undefined : types[extname(path).toLowerCase()];
      if (path === null || type === undefined) return { link };
      const file = folders.map((folder) => join(folder, path)).find((candidate) => sizeOf(candidate) !== null);
      if (file === undefined) return missing(link, cell, "is not there");
      const size = sizeOf(file)!;
      if (size > largest) return missing(link, cell, `is larger than ${largest / 1e6} MB and was left out`);
      if (together + size > largestTogether)
        return missing(
          link,
          cell,
          `was left out: the page's pictures have more than ${largestTogether / 1e6} MB together`,
        );
      try {
        const data = readFileSync(file).toString("base64");
        together += size;
        return { link: `data:${type};base64,${data}` };
      } catch (error) {
        return missing(link, cell, `cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
      }
    },
  };
}
