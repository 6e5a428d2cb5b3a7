import { join } from "node:path";
import { Command } from "commander";
import { projectFolder } from "./run-stage.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly port: number;
  readonly browser: boolean;
  readonly own?: true;
}

/** `cherenkit lab` */
export function labCommand(): Command {
  return new Command("lab")
    .description("JupyterLab with the TypeScript kernel: one that is installed, else its own in the cache")
    .argument("[notebook]", "notebook to open", "notebooks/explore-events.ipynb")
    .option("--port <n>", "port of the server", wholeNumber, 8888)
    .option("--no-browser", "only print the address")
    .option("--own", "use the project's own JupyterLab also where another is installed")
    .addHelpText("after", "\nExample:\n  cherenkit lab notebooks/train.ipynb")
    .action(async (notebook: string, options: Options) => {
      const { execa } = await import("execa");
      const { installKernel } = await import("../notebooks/install-kernel.js");
      const { foundJupyterLab, ownJupyterLab } = await import("../notebooks/jupyter-lab.js");
      const found = options.own ? null : foundJupyterLab();
      const lab = found ?? (await ownJupyterLab());
      if (!lab.drawsFigures) {
        process.stderr.write(
          `note: ${lab.command} cannot draw figures; install plotly there, or use cherenkit lab --own\n`,
        );
      }
      const jupyterPath = join(projectFolder, "dist/jupyter");
      await installKernel(jupyterPath);
      const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
      const browser = options.browser ? [] : ["--no-browser"];
      const args = [notebook, `--ServerApp.root_dir=${projectFolder}`, `--port=${options.port}`, ...root, ...browser];
      const inherited = process.env.JUPYTER_PATH ? `:${process.env.JUPYTER_PATH}` : "";
      // Ctrl-C goes to the whole group; JupyterLab asks, and this process waits for its answer.
      process.on("SIGINT", () => {});
      const { exitCode, signal } = await execa(lab.command, args, {
        cwd: projectFolder,
        stdio: "inherit",
        env: { JUPYTER_PATH: `${jupyterPath}${inherited}` },
        reject: false,
        forceKillAfterDelay: false,
      });
      process.exitCode = signal ? 0 : exitCode;
    });
}
