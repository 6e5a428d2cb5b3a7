import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium as browserType } from "playwright-core";
import { chromium, needsChromium } from "../peers.js";
import { gallery } from "./gallery.js";
import { galleryPage } from "./gallery-page.js";

const offline = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

test("Chromium draws every figure without an error and within the window", needsChromium(), async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-figures-"));
  const file = join(folder, "figures.html");
  await writeFile(file, galleryPage());
  const browser = await browserType.launch({ executablePath: chromium!, args: offline });
  try {
    for (const width of [1280, 800]) {
      const view = await browser.newPage({ viewport: { width, height: 900 } });
      const troubles: string[] = [];
      view.on("pageerror", (error) => troubles.push(error.message));
      view.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
      await view.goto(pathToFileURL(file).href);
      await view.waitForFunction(
        (count) => document.querySelectorAll(".figure svg.main-svg .infolayer").length >= count,
        Object.keys(gallery).length,
        { timeout: 60_000 },
      );
      const seen = await view.evaluate(() =>
        Array.from(document.querySelectorAll(".figure"), (box) => ({
          right: Math.max(
            ...Array.from(box.querySelectorAll("svg.main-svg"), (svg) => svg.getBoundingClientRect().right),
          ),
          marks: box.querySelectorAll(".trace, .hm, .annotation, .heatmaplayer image").length,
        })),
      );
      assert.deepEqual(troubles, []);
      assert.equal(seen.length, Object.keys(gallery).length);
      const names = Object.keys(gallery);
      assert.deepEqual(
        names.filter((_, i) => seen[i]!.right > width),
        [],
      );
      assert.deepEqual(
        names.filter((_, i) => seen[i]!.marks === 0),
        [],
      );
      await view.close();
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
});
