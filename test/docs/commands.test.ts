import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Command } from "commander";
import { program } from "../../lib/cli/program.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { codeBlocks, pages, pageText, project, words } from "./code-blocks.js";

/** Command lines in blocks, and those in running text that name a file, an option or a whole command. */
function commandLines(page: string): string[] {
  const blocks = ["sh", ""].flatMap((language) => codeBlocks(page, language)).flatMap((block) => block.split("\n"));
  const inline = [...pageText(page).matchAll(/`((?:npx )?cherenkit [^`]+)`/g)].map((match) => match[1]!);
  return [...blocks, ...inline]
    .map((line) => line.trim().replace(/^npx /, ""))
    .filter((line) => /^cherenkit [a-z]/.test(line));
}

/** The commands, which only take their arguments and do nothing. */
function idleProgram(): Command {
  const all = program();
  const each = (command: Command): void => {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} }).action(() => {});
    for (const sub of command.commands) each(sub as Command);
  };
  for (const command of all.commands) each(command as Command);
  return all;
}

test("every command line in the pages is one that the program takes", async () => {
  const refused: string[] = [];
  let count = 0;
  for (const page of pages) {
    for (const line of commandLines(page)) {
      // `A|B` in a page stands for any of several commands; capital letters and … for what the reader fills in.
      count++;
      const args = words(line).slice(1);
      const known = idleProgram().commands.map((command) => command.name());
      if (args.length === 1 && known.includes(args[0]!)) continue;
      try {
        await idleProgram().parseAsync(["node", "cherenkit", ...args]);
      } catch (error) {
        if ((error as { exitCode?: number }).exitCode !== 0)
          refused.push(`${page}: ${line}: ${(error as Error).message}`);
      }
    }
  }
  assert.deepEqual(refused, []);
  assert.ok(count > 20, `${count} command lines`);
});

test("every YAML block of the pages is a configuration that loads", async () => {
  for (const page of pages) {
    for (const [i, block] of codeBlocks(page, "yaml").entries()) {
      const file = join(project, `.documentation-${process.pid}-${i}.yaml`);
      await writeFile(file, block);
      try {
        await loadConfig(file);
      } finally {
        await rm(file);
      }
    }
  }
});
