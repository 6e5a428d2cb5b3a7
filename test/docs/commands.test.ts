import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Command, CommanderError } from "commander";
import { program } from "../../lib/cli/program.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { codeBlocks, pages, pageText, project, words } from "./code-blocks.js";

interface CommandLine {
  readonly text: string;
  /** Mentioned in a sentence, where files may be left out. */
  readonly mentioned: boolean;
}

function commandLines(page: string): CommandLine[] {
  const blocks = ["sh", ""].flatMap((language) => codeBlocks(page, language)).flatMap((block) => block.split("\n"));
  const inline = [...pageText(page).matchAll(/`((?:npx )?cherenkit [^`]+)`/g)].map((match) => match[1]!);
  return [...blocks.map((text) => ({ text, mentioned: false })), ...inline.map((text) => ({ text, mentioned: true }))]
    .map(({ text, mentioned }) => ({ text: text.trim().replace(/^npx /, ""), mentioned }))
    .filter(({ text }) => /^cherenkit [a-z]/.test(text));
}

/** The commands, which only take their arguments and do nothing. */
async function idleProgram(): Promise<Command> {
  const all = await program();
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
    for (const { text, mentioned } of commandLines(page)) {
      count++;
      try {
        await (await idleProgram()).parseAsync(["node", "cherenkit", ...words(text).slice(1)]);
      } catch (error) {
        const { exitCode, code, message } = error as CommanderError;
        const leftOut = mentioned && /^commander\.(missing|optionMissing|missingMandatory)/.test(code);
        if (exitCode !== 0 && !leftOut) refused.push(`${page}: ${text}: ${message}`);
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
