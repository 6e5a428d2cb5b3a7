import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { needsChromium, startBrowser } from "../browser.js";
import { project } from "./code-blocks.js";

test("no page of the documentation is wider than the window, however narrow", needsChromium(), async () => {
  const site = await mkdtemp(join(tmpdir(), "cherenkit-site-"));
  const browser = await startBrowser();
  try {
    const typedoc = join(project, "node_modules/typedoc/bin/typedoc");
    await promisify(execFile)(process.execPath, [typedoc, "--out", site], { cwd: project });
    const pages = ["index.html", ...readdirSync(join(site, "documents")).map((name) => join("documents", name))];
    const wider: string[] = [];
    for (const width of [1280, 420]) {
      const view = await browser.newPage({ viewport: { width, height: 900 } });
      view.setDefaultTimeout(120_000);
      for (const page of pages) {
        await view.goto(pathToFileURL(join(site, page)).href);
        const excess = await view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (excess > 0) wider.push(`${page} at ${width}: ${excess} pixels`);
      }
      await view.close();
    }
    assert.deepEqual(wider, []);
  } finally {
    await browser.close();
    await rm(site, { recursive: true });
  }
});
