import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { project } from "./code-blocks.js";

function htmlFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return htmlFiles(path);
    return name.endsWith(".html") ? [path] : [];
  });
}

test("the site of the documentation is made without a warning, opens without a server and has no dead link", async () => {
  const site = await mkdtemp(join(tmpdir(), "cherenkit-site-"));
  try {
    const typedoc = join(project, "node_modules/typedoc/bin/typedoc");
    await promisify(execFile)(process.execPath, [typedoc, "--out", site, "--treatWarningsAsErrors"], { cwd: project });
    const pages = htmlFiles(site);
    assert.ok(pages.length > 20, `${pages.length} pages`);
    const dead = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/(?:href|src)="([^"]+)"/g)]
        .map((match) => match[1]!)
        .filter((target) => !/^(https?:|data:|#|mailto:)/.test(target))
        .filter((target) => !existsSync(resolve(dirname(page), decodeURI(target.replace(/[#?].*$/, "")))))
        .map((target) => `${relative(site, page)} → ${target}`),
    );
    assert.deepEqual(dead, []);
    const outside = pages.filter((page) =>
      /<(?:script|link|img)[^>]+(?:src|href)="https?:/.test(readFileSync(page, "utf8")),
    );
    assert.deepEqual(outside, [], "pages that need a network");
  } finally {
    await rm(site, { recursive: true });
  }
});
