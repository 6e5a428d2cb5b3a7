import type { IOutput } from "@jupyterlab/nbformat";
import { jupyterDisplay } from "../../lib/display/mime-bundle.js";
import { renderNotebook } from "../../lib/notebooks/html.js";
import { code, notebook, prose } from "../notebooks/notebook.js";
import { gallery } from "./gallery.js";

/** The page of a notebook that shows every figure, as a reader gets it. */
export function galleryPage(): string {
  const cells = Object.entries(gallery).flatMap(([name, figure]) => [
    prose(`### ${name}`),
    {
      ...code(`figures.${name}`),
      outputs: [{ output_type: "display_data", data: figure[jupyterDisplay](), metadata: {} } as IOutput],
    },
  ]);
  return renderNotebook(notebook(...cells), { title: "figures", hideCode: true });
}
