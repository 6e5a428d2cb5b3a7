import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { pages, pageText, project } from "./code-blocks.js";

test("every link between the pages leads somewhere", () => {
  const dead = pages.flatMap((page) => {
    return [...pageText(page).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => !existsSync(resolve(project, dirname(page), target)))
      .map((target) => `${page} → ${target}`);
  });
  assert.deepEqual(dead, []);
});

test("every page is part of the site", () => {
  const { projectDocuments } = JSON.parse(readFileSync(join(project, "typedoc.json"), "utf8")) as {
    projectDocuments: string[];
  };
  assert.deepEqual([...projectDocuments].sort(), pages.filter((page) => page !== "README.md").sort());
});

test("paths of files and folders named in the pages exist", () => {
  const named = /`((?:lib|configs|notebooks|models|test|docs)\/[\w./-]+\.(?:ts|yaml|ipynb|md|json|png))`/g;
  const generated = /^models\/(?!custom_model_template)/;
  const missing = pages.flatMap((page) =>
    [...pageText(page).matchAll(named)]
      .map((match) => match[1]!)
      .filter((path) => !generated.test(path) && !existsSync(join(project, path)))
      .map((path) => `${page}: ${path}`),
  );
  assert.deepEqual(missing, []);
});
