import { existsSync } from "node:fs";
import { type Browser, chromium as browserType } from "playwright-core";

/** A Chromium for headless pages; `CHERENKIT_CHROMIUM` may name another. */
export const chromium: string | undefined = [
  process.env.CHERENKIT_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

/** Option for `test`: runs where there is a Chromium, else skips and says so. */
export function needsChromium(): { skip: string | false } {
  return { skip: chromium ? false : "no Chromium here (set CHERENKIT_CHROMIUM)" };
}

/** A browser that asks nothing of the network by itself. Whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  return browserType.launch({
    executablePath: chromium!,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
