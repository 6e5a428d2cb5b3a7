import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const project: string = fileURLToPath(new URL("../../..", import.meta.url));

/** All pages of the documentation, relative to the project. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(project, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

export const pageText = (page: string): string => readFileSync(join(project, page), "utf8");

/** The code blocks of one language on a page, in their order. */
export function codeBlocks(page: string, language: string): string[] {
  return [...pageText(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

/** Words of a command line of the documentation; quotes are taken off, what follows a `#` is a remark. */
export function words(line: string): string[] {
  return [...line.replace(/\s#.*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
}
