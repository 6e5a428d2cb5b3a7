import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { needsChromium, startBrowser } from "../browser.js";
import { gallery } from "./gallery.js";
import { galleryPage } from "./gallery-page.js";

interface Seen {
  readonly marks: number;
  /** Texts that reach out of their figure. */
  readonly outside: string[];
  /** Pairs of texts that cover each other. */
  readonly covered: string[];
}

/** Runs in the page. */
function seenFigures(): Seen[] {
  return Array.from(document.querySelectorAll(".figure"), (figure) => {
    const frame = figure.getBoundingClientRect();
    const texts = Array.from(figure.querySelectorAll("svg.main-svg text"))
      .map((item) => ({ text: item.textContent ?? "", box: item.getBoundingClientRect() }))
      .filter(({ text, box }) => text.trim() !== "" && box.width > 0);
    const outside = texts.filter(
      ({ box }) =>
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.top < frame.top - 1 ||
        box.bottom > frame.bottom + 1,
    );
    // A box is a little larger than its letters.
    const overlap = (a: DOMRect, b: DOMRect): boolean =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    const covered = texts.flatMap((one, i) =>
      texts.slice(i + 1).flatMap((other) => (overlap(one.box, other.box) ? [`${one.text} | ${other.text}`] : [])),
    );
    return {
      marks: figure.querySelectorAll(".trace, .hm, .annotation, .heatmaplayer image").length,
      outside: outside.map(({ text }) => text),
      covered,
    };
  });
}

test(
  "Chromium draws every figure without an error, no text cut off or over another, however narrow the window",
  needsChromium(),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "cherenkit-figures-"));
    const file = join(folder, "figures.html");
    await writeFile(file, galleryPage());
    const browser = await startBrowser();
    try {
      for (const width of [1280, 800, 420]) {
        const view = await browser.newPage({ viewport: { width, height: 900 } });
        view.setDefaultTimeout(120_000);
        const troubles: string[] = [];
        view.on("pageerror", (error) => troubles.push(error.message));
        view.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
        await view.goto(pathToFileURL(file).href);
        await view.waitForFunction(
          (count) => document.querySelectorAll(".figure svg.main-svg .infolayer").length >= count,
          Object.keys(gallery).length,
          { timeout: 60_000 },
        );
        const seen = await view.evaluate(seenFigures);
        assert.deepEqual(troubles, []);
        assert.ok(await view.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
        const names = Object.keys(gallery);
        assert.equal(seen.length, names.length);
        const found = (of: (one: Seen) => string[]): string[] =>
          seen.flatMap((one, i) => of(one).map((text) => `${names[i]}: ${text}`));
        assert.deepEqual(
          found(({ marks }) => (marks === 0 ? ["nothing is drawn"] : [])),
          [],
        );
        assert.deepEqual(
          found(({ outside }) => outside),
          [],
          `cut off at ${width} px`,
        );
        assert.deepEqual(
          found(({ covered }) => covered),
          [],
          `over each other at ${width} px`,
        );
        await view.close();
      }
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
