import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as errors from "../../lib/errors.js";
import { pageText, project } from "./code-blocks.js";

const lib = join(project, "lib");

/** Texts of the sources; what is filled in stands as `…`. */
const texts = readdirSync(lib, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith(".d.ts"))
  .flatMap((name) => {
    const source = readFileSync(join(lib, name), "utf8");
    return [...source.matchAll(/`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g)].map((match) =>
      (match[1] ?? match[2]!).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…"),
    );
  });

test("the messages that the page explains are those that the library gives", () => {
  const page = pageText("docs/messages.md");
  const messages = [...page.matchAll(/^\| `([^`]+)` \| [^|]+ \|$/gm)].map((match) => match[1]!);
  assert.ok(messages.length > 60, `${messages.length} messages`);
  const unknown = messages.filter((message) => {
    const parts = message.split("…").map((part) => part.trim());
    return !texts.some((text) => {
      let from = 0;
      return parts.every((part) => {
        const at = text.indexOf(part, from);
        from = at + part.length;
        return at >= 0;
      });
    });
  });
  assert.deepEqual(unknown, []);
});

test("every kind of error is explained, with its exit code", () => {
  const page = pageText("docs/messages.md");
  for (const [name, Kind] of Object.entries(errors)) {
    if (typeof Kind !== "function") continue;
    const { exitCode } = new Kind("text");
    assert.match(page, new RegExp(`^\\| \`${name}\` \\| ${exitCode} \\|`, "m"));
  }
});
