import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { INotebookContent } from "@jupyterlab/nbformat";
import type { Browser } from "playwright-core";
import { startBrowser } from "../browser.js";
import { LabServer, NotebookPage } from "./jupyter-lab-page.js";
import { readJson } from "./notebook.js";

const notebooks = fileURLToPath(new URL("../../../notebooks", import.meta.url));
const shots = process.env.CHERENKIT_SCREENSHOTS;

/** A copy of one of the project's notebooks, open in a JupyterLab of its own. */
export interface LabSession {
  readonly folder: string;
  readonly content: INotebookContent;
  readonly lab: NotebookPage;
  /** Keeps a picture of the page where `CHERENKIT_SCREENSHOTS` names a folder. */
  look(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @param parameters what stands in the parameters cell of the copy; may prepare its files in the folder */
export async function startLab(
  name: string,
  parameters: (folder: string) => string | Promise<string>,
): Promise<LabSession> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-lab-"));
  let server: LabServer | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const content = await readJson<INotebookContent>(join(notebooks, name));
    const cell = content.cells.find(({ metadata }) => metadata.tags?.includes("parameters"));
    cell!.source = await parameters(folder);
    const copy = join(folder, name);
    await writeFile(copy, JSON.stringify(content));
    server = await LabServer.start(copy, join(folder, "jupyter"));
    browser = await startBrowser();
    const lab = new NotebookPage(await browser.newPage({ viewport: { width: 1400, height: 1600 } }));
    await lab.open(server.url);
    const look = async (shot: string): Promise<void> => {
      if (shots) await lab.page.screenshot({ path: join(shots, `${shot}.png`) });
    };
    return { folder, content, lab, look, close };
  } catch (error) {
    await close();
    throw error;
  }
}
