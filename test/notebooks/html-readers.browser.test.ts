import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { ICodeCell, IOutput } from "@jupyterlab/nbformat";
import { renderNotebook } from "../../lib/notebooks/html.js";
import { needsChromium, startBrowser } from "../browser.js";
import { code, notebook, prose } from "./notebook.js";

function withOutput(output: Record<string, unknown>, ...tags: string[]): ICodeCell {
  return { ...code("show() // code", ...tags), outputs: [output as IOutput] };
}
const display = (data: Record<string, unknown>): Record<string, unknown> => ({
  output_type: "display_data",
  data,
  metadata: {},
});
const stream = (text: string): Record<string, unknown> => ({ output_type: "stream", name: "stdout", text });
const colours = Array.from({ length: 256 }, (_, i) => `\u001b[38;5;${i}m${i}\u001b[0m \u001b[48;5;${i}m${i}\u001b[0m`);
const wide = `<table class="dataframe"><tr>${"<td>a wide cell</td>".repeat(40)}</tr></table>`;

const page = renderNotebook(
  notebook(
    prose(
      "# Title\n\n```python\n# a comment\n```\n\n> [!WARNING]\n> Care\n\n- [x] done\n\n[link](#Title) $x$ ![](https://example.org/a.png)",
    ),
    withOutput(stream(colours.join(" "))),
    withOutput(
      stream(
        [0, 30, 60, 90]
          .flatMap((base) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `\u001b[${base + i}mx\u001b[0m`))
          .join(""),
      ),
    ),
    withOutput(stream("line\n".repeat(100))),
    withOutput(display({ "text/html": wide })),
    withOutput(stream("FOLDED"), "hide-output"),
    withOutput({ output_type: "error", ename: "Error", evalue: "bad", traceback: ["\u001b[38;5;241mgrey\u001b[0m"] }),
    withOutput(display({ "image/png": "iVBORw0KGgo=" })),
  ),
  { title: "page" },
);

/** Texts of the page whose contrast is too low (WCAG 2, AA), with their colours. */
function faintTexts(): string[] {
  const parts = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number);
  const luminance = (colour: number[]): number => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const ground = (element: Element): number[] => {
    const layers: number[][] = [];
    for (let at: Element | null = element; at; at = at.parentElement)
      layers.push(parts(getComputedStyle(at).backgroundColor));
    return layers.reduceRight<number[]>(
      (below, [red, green, blue, opacity = 1]) => {
        const over = [red!, green!, blue!];
        return below.map((value, i) => over[i]! * opacity + value * (1 - opacity));
      },
      [255, 255, 255],
    );
  };
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement!;
    const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (node.textContent!.trim() === "" || hidden || element.closest("script, style, .katex-mathml")) continue;
    const { color } = getComputedStyle(element);
    const [low, high] = [luminance(parts(color)), luminance(ground(element))].sort((a, b) => a - b);
    if ((high! + 0.05) / (low! + 0.05) < 4.5)
      faint.push(`${node.textContent} ${color} on ${ground(element).map(Math.round)}`);
  }
  return faint;
}

test(
  "every reader gets a page: contrast in both themes, alternative texts, headings in order, boxes that scroll by keyboard, all on paper",
  needsChromium(),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "cherenkit-readers-"));
    const browser = await startBrowser();
    try {
      const file = join(folder, "page.html");
      await writeFile(file, page);
      for (const colorScheme of ["light", "dark"] as const) {
        const view = await browser.newPage({ colorScheme, offline: true, viewport: { width: 900, height: 900 } });
        view.setDefaultTimeout(120_000);
        await view.goto(pathToFileURL(file).href);
        assert.deepEqual(await view.evaluate(faintTexts), [], colorScheme);
        await view.close();
      }
      const view = await browser.newPage({ offline: true, viewport: { width: 900, height: 900 } });
      view.setDefaultTimeout(120_000);
      await view.goto(pathToFileURL(file).href);
      const seen = await view.evaluate(() => ({
        silent: Array.from(document.images).filter((item) => !item.alt).length,
        headings: Array.from(document.querySelectorAll("h1, h2"), (item) => item.tagName),
        landmarks: document.querySelectorAll("body > header, body > main").length,
        unreachable: Array.from(document.querySelectorAll<HTMLElement>(".stream, .html")).filter(
          (box) => (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1) && box.tabIndex !== 0,
        ).length,
        boxes: document.querySelectorAll(".stream[tabindex], .html[tabindex]").length,
      }));
      assert.deepEqual(seen, { silent: 0, headings: ["H1"], landmarks: 2, unreachable: 0, boxes: 2 });
      await view.keyboard.press("Tab");
      assert.equal(await view.evaluate(() => document.activeElement?.id), "toggle-code");
      await view.keyboard.press("Enter");
      assert.equal(await view.locator("details.code[open]").count(), 0);
      assert.equal(await view.locator("#toggle-code").getAttribute("aria-pressed"), "false");
      await view.emulateMedia({ media: "print" });
      const printed = await view.evaluate(() => {
        dispatchEvent(new Event("beforeprint"));
        const folded = document.querySelectorAll("details:not(.code):not([open])").length;
        const long = document.querySelector<HTMLElement>(".stream.long")!;
        const cut = long.scrollHeight > long.clientHeight + 1;
        dispatchEvent(new Event("afterprint"));
        return { folded, cut, after: document.querySelectorAll("details:not(.code):not([open])").length };
      });
      assert.deepEqual(printed, { folded: 0, cut: false, after: 1 });
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
