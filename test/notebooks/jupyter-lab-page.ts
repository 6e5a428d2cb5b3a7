import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { freePort } from "../free-port.js";

const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

/** `cherenkit lab` as a user starts it, with Jupyter's own files in a folder of the test. */
export class LabServer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(notebook: string, jupyterFolder: string): Promise<LabServer> {
    const own = (name: string): string => join(jupyterFolder, name);
    const child = spawn(
      process.execPath,
      [program, "lab", notebook, "--own", "--no-browser", "--port", String(await freePort())],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          ...process.env,
          JUPYTER_CONFIG_DIR: own("config"),
          JUPYTER_DATA_DIR: own("data"),
          JUPYTER_RUNTIME_DIR: own("runtime"),
          JUPYTERLAB_SETTINGS_DIR: own("settings"),
          JUPYTERLAB_WORKSPACES_DIR: own("workspaces"),
        },
      },
    );
    let said = "";
    return new Promise((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`cherenkit lab ended with ${code}:\n${said}`)));
      child.stderr.on("data", (data: Buffer) => {
        said += data.toString();
        const address = said.match(/http:\/\/127\.0\.0\.1:\d+\/lab\S*token=\w+/);
        if (address) resolve(new LabServer(address[0], child));
      });
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
  }
}

/** A notebook that is open in JupyterLab, used with mouse and keyboard. */
export class NotebookPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(60_000);
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.idle();
  }

  /** Waits until the kernel is connected and has nothing to do. */
  async idle(): Promise<void> {
    const shown = this.page.locator("#jp-main-statusbar").getByText("| Idle");
    const deadline = Date.now() + 60_000;
    while (!((await this.#connectedAndIdle()) && (await shown.isVisible()))) {
      if (Date.now() > deadline) throw new Error("the kernel is still not idle");
      await this.page.waitForTimeout(100);
    }
  }

  #connectedAndIdle(): Promise<boolean> {
    const file = decodeURIComponent(new URL(this.page.url()).pathname).replace(
      /^\/lab\/(workspaces\/[^/]+\/)?tree\//,
      "",
    );
    return this.page.evaluate(async (path) => {
      const sessions = (await (await fetch("/api/sessions")).json()) as {
        path: string;
        kernel: { execution_state: string; connections: number };
      }[];
      return sessions.some(
        (session) =>
          session.path === path && session.kernel.execution_state === "idle" && session.kernel.connections > 0,
      );
    }, file);
  }

  async menu(name: string, item: string): Promise<void> {
    await this.page.locator(".lm-MenuBar-item", { hasText: new RegExp(`^${name}$`) }).click();
    await this.page.locator(".lm-Menu-item", { hasText: item }).first().click();
  }

  /** The notebook in front. */
  get notebook(): Locator {
    return this.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook");
  }

  cell(index: number): Locator {
    return this.notebook.locator(".jp-Cell").nth(index);
  }

  /** Replaces what stands in a cell. */
  async write(cell: Locator, code: string): Promise<void> {
    await cell.locator(".cm-content").click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(code);
  }

  /** A new code cell at the end, with the cursor behind its code. */
  async append(code: string): Promise<Locator> {
    const cells = this.notebook.locator(".jp-Cell");
    const before = await cells.count();
    await cells.last().locator(".jp-InputPrompt").click();
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("b");
    await cells.nth(before).waitFor();
    await this.write(cells.nth(before), code);
    return cells.nth(before);
  }

  /** Appends a cell and starts it. */
  async run(code: string): Promise<Locator> {
    const cell = await this.append(code);
    await this.page.keyboard.press("Control+Enter");
    return cell;
  }
}
