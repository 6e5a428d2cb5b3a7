import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../../lib/cli/program.js";

test("a command that is wanted by its name is loaded alone, and is the same as among all", async () => {
  const all = (await program()).commands.filter((command) => !["setup", "doctor"].includes(command.name()));
  assert.ok(all.length > 20);
  for (const command of all) {
    const alone = await program(command.name());
    assert.deepEqual(
      alone.commands.map((other) => other.name()),
      ["setup", "doctor", command.name()],
    );
    assert.equal(alone.commands.at(-1)!.helpInformation(), command.helpInformation());
  }
  assert.equal((await program("no-such-command")).commands.length, all.length + 2);
});
