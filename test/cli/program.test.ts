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

test("each option has one long name: of two, a command would hear the second alone", async () => {
  const commands = (await program()).commands.flatMap((command) => [command, ...command.commands]);
  const options = commands.flatMap((command) => command.options.map(({ flags }) => `${command.name()} ${flags}`));
  assert.ok(options.length > 100);
  assert.deepEqual(
    options.filter((flags) => flags.match(/--[a-z]/g)!.length > 1),
    [],
  );
});
