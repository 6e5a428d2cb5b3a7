import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { Command } from "commander";
import { projectFolder } from "../files/project-folder.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly port: number;
  readonly browser: boolean;
  readonly own?: true;
}

const firstNotebook = "notebooks/00-start-here.ipynb";

/**
 * A notebook's place, seen from here or else from the project: the folder that JupyterLab shows, and its own page there.
 * @throws {InputError}
 */
async function placeOf(notebook: string): Promise<{ root: string; page: string }> {
  const { InputError } = await import("../errors.js");
  const candidates = [resolve(notebook), resolve(projectFolder, notebook)];
  const file = candidates.find((path) => existsSync(path));
  if (!file) {
    throw new InputError(`there is no notebook ${notebook}`, {
      place: candidates[0],
      remedy: `give the name of a notebook or a folder, or none for ${firstNotebook}`,
    });
  }
  const outside = relative(projectFolder, file).startsWith("..");
  const root = outside ? dirname(file) : projectFolder;
  const path = relative(root, file).split(sep).map(encodeURIComponent).join("/");
  return { root, page: `/lab/tree/${path}` };
}

/** `cherenkit lab` */
export function labCommand(): Command {
  return new Command("lab")
    .description("JupyterLab with the TypeScript kernel: one that is installed, else its own in the cache")
    .argument("[notebook]", "notebook to open", firstNotebook)
    .option("--port <n>", "port of the server", wholeNumber, 8888)
    .option("--no-browser", "only print the address")
    .option("--own", "use the project's own JupyterLab also where another is installed")
    .addHelpText("after", "\nExample:\n  cherenkit lab notebooks/train.ipynb")
    .action(async (notebook: string, options: Options) => {
      const { execa } = await import("execa");
      const { installKernel } = await import("../notebooks/install-kernel.js");
      const { foundJupyterLab, ownJupyterLab } = await import("../notebooks/jupyter-lab.js");
      const { root, page } = await placeOf(notebook);
      const found = options.own ? null : foundJupyterLab();
      const lab = found ?? (await ownJupyterLab());
      if (!lab.drawsFigures) {
        process.stderr.write(
          `note: ${lab.command} cannot draw figures; install plotly there, or use cherenkit lab --own\n`,
        );
      }
      const jupyterPath = join(projectFolder, "dist/jupyter");
      await installKernel(jupyterPath);
      const allowRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
      const browser = options.browser ? [] : ["--no-browser"];
      // As the default page, unlike as an argument, the notebook is also in the address that is printed.
      const places = [`--ServerApp.root_dir=${root}`, `--LabApp.default_url=${page}`];
      const args = [...places, `--port=${options.port}`, ...allowRoot, ...browser];
      const inherited = process.env.JUPYTER_PATH ? `:${process.env.JUPYTER_PATH}` : "";
      // Ctrl-C goes to the whole group; JupyterLab asks, and this process waits for its answer.
      process.on("SIGINT", () => {});
      const { exitCode, signal } = await execa(lab.command, args, {
        cwd: root,
        stdio: "inherit",
        env: { JUPYTER_PATH: `${jupyterPath}${inherited}` },
        reject: false,
        forceKillAfterDelay: false,
      });
      process.exitCode = signal ? 0 : exitCode;
    });
}
