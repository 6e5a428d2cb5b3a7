import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openPatientFile } from "../../lib/files/patient-file.js";
import { writeFileAtomically } from "../../lib/files/write-atomically.js";

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "cherenkit-files-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const result = body(folder);
  if (result instanceof Promise) return result.finally(remove) as T;
  remove();
  return result;
}

test("a file that is replaced stays as private as it was", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "a.ipynb");
    writeFileSync(file, "old");
    chmodSync(file, 0o600);
    await writeFileAtomically(file, "new");
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});

test("a link stays a link, and what it points to is replaced", async () => {
  await inFolder(async (folder) => {
    const [file, link] = [join(folder, "a"), join(folder, "link")];
    writeFileSync(file, "old");
    symlinkSync(file, link);
    await writeFileAtomically(link, "new");
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.deepEqual(readdirSync(folder).sort(), ["a", "link"]);
  });
});

test("a pipe is written to, not replaced by a file", async (context) => {
  await inFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    if (spawnSync("mkfifo", [pipe]).status !== 0) return context.skip("pipes cannot be made here");
    const [{ stdout }] = await Promise.all([
      import("node:child_process").then(({ execFile }) =>
        import("node:util").then(({ promisify }) => promisify(execFile)("cat", [pipe])),
      ),
      writeFileAtomically(pipe, "through"),
    ]);
    assert.equal(stdout, "through");
    assert.ok(lstatSync(pipe).isFIFO());
  });
});

test("what finds no room waits and is written later; what cannot wait is counted", (context) => {
  inFolder((folder) => {
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
    if (!mounted) return context.skip("a small disk cannot be mounted here");
    try {
      let told = 0;
      const path = join(folder, "log");
      const file = openPatientFile(
        path,
        "a+",
        (pieces) => `${pieces} lost\n`,
        () => told++,
      );
      for (let i = 0; i < 4; i++) file.add(`${i}${"x".repeat(30_000)}\n`);
      assert.equal(told, 1);
      assert.ok(readFileSync(path, "utf8").endsWith("x\n"), "no half line");
      assert.throws(() => file.finish(), /the disk is full/);
      file.add("y".repeat(9 * 2 ** 20));
      file.add("z");
      assert.equal(spawnSync("mount", ["-o", "remount,size=1m", folder]).status, 0);
      file.finish();
      file.close();
      assert.match(readFileSync(path, "utf8"), /^0x+\n1x+\n2x+\n3x+\n2 lost\n$/);
    } finally {
      spawnSync("umount", [folder]);
    }
  });
});
