import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type KernelClient, KernelDied, startKernel } from "../../lib/notebooks/client.js";
import { kernelCommand } from "../../lib/notebooks/kernel-command.js";
import type { Message } from "../../lib/notebooks/wire.js";

let kernel: KernelClient;
let folder: string;

// A folder outside the project, as of a user whose notebooks lie elsewhere.
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-kernel-test-"));
  await writeFile(join(folder, "near.ts"), "export const near: number = 5;\n");
  kernel = await startKernel({ command: kernelCommand("cherenkit"), cwd: folder });
});

after(async () => {
  await kernel.shutDown();
  await rm(folder, { recursive: true, force: true });
});

interface Said {
  readonly reply: Readonly<Record<string, unknown>>;
  readonly messages: readonly Message[];
  content(type: string): Readonly<Record<string, unknown>> | undefined;
  stream(name: string): string;
}

async function run(code: string, client: KernelClient = kernel): Promise<Said> {
  const messages: Message[] = [];
  const reply = await client.execute(code, (message) => messages.push(message));
  return {
    reply,
    messages,
    content: (type) => messages.find((message) => message.header.msg_type === type)?.content,
    stream: (name) =>
      messages
        .filter((message) => message.header.msg_type === "stream" && message.content.name === name)
        .map((message) => String(message.content.text))
        .join(""),
  };
}

const plain = (said: Said): unknown =>
  (said.content("execute_result")?.data as Record<string, unknown>)?.["text/plain"];

test("the last expression of a cell is its result, with the count of the cell", async () => {
  const said = await run("const a = 20;\na + 1");
  assert.equal(plain(said), "21");
  assert.equal(said.content("execute_result")?.execution_count, said.reply.execution_count);
  assert.equal(said.content("execute_input")?.code, "const a = 20;\na + 1");
  assert.equal(said.reply.status, "ok");
});

test("later cells see and may declare again what earlier ones declared", async () => {
  await run("const again: number = 1;");
  assert.equal(plain(await run('const again: string = "two"; again.length')), "3");
});

test("a promise as last expression is awaited", async () => {
  assert.equal(plain(await run("new Promise<number>((done) => setTimeout(() => done(7), 20))")), "7");
  assert.equal(plain(await run("await (async () => 8)()")), "8");
});

test("a value that knows how to show itself is shown so", async () => {
  const said = await run(
    '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>", "application/json": { a: [1] } }) })',
  );
  assert.deepEqual(said.content("execute_result")?.data, { "text/html": "<b>x</b>", "application/json": { a: [1] } });
});

test("an exception is an error message with name, value and the frames of the cell", async () => {
  const said = await run('function fails(): never { throw new RangeError("too far"); }\nfails();');
  const { ename, evalue, traceback } = said.content("error") as { ename: string; evalue: string; traceback: string[] };
  assert.deepEqual(
    [ename, evalue, said.reply.status, said.reply.ename],
    ["RangeError", "too far", "error", "RangeError"],
  );
  const cell = said.reply.execution_count;
  assert.deepEqual(traceback, [
    "RangeError: too far",
    `    at fails (cell [${cell}], line 1)`,
    '       → function fails(): never { throw new RangeError("too far"); }',
    `    at cell [${cell}], line 2`,
    "       → fails();",
  ]);
  assert.doesNotMatch(traceback.join("\n"), /tslab|node:/);
});

test("errors for users come without a stack, in any folder, through the package's name", async () => {
  const said = await run(
    'import { InputError } from "cherenkit";\nthrow new InputError("no file", { remedy: "give one" });',
  );
  assert.deepEqual(said.content("error")?.traceback, ["InputError: no file\n  remedy: give one"]);
});

test("the compiler's findings are an error with the lines they stand in", async () => {
  const said = await run(
    'import { InputError } from "cherenkit";\nconst n: number = new InputError("x").message;\nabsent;',
  );
  const { ename, evalue, traceback } = said.content("error") as { ename: string; evalue: string; traceback: string[] };
  assert.equal(ename, "TypeScriptError");
  assert.equal(evalue, "line 2: Type 'string' is not assignable to type 'number'. (and 1 more)");
  assert.equal(traceback[3], "line 3, column 1: Cannot find name 'absent'.");
});

test("the column is right in a cell that awaits", async () => {
  const said = await run("const wrong: number = await Promise.resolve('x');");
  const { traceback } = said.content("error") as { traceback: string[] };
  assert.match(traceback[0]!, /^line 1, column 7: /);
});

test("what Node can do has types, also typed arrays as the lib declares them", async () => {
  assert.equal(plain(await run("[3, 1].toSorted()")), "[ 1, 3 ]");
  const said = await run("const wrong: string = new Float32Array(2) as Float32Array<ArrayBuffer>;");
  assert.match(String(said.content("error")?.evalue), /Float32Array<ArrayBuffer>' is not assignable to type 'string'/);
});

test("completion and inspection know what earlier cells declared", async () => {
  await run("/** How far. */ const distanceKm: number = 3;");
  const completed = await kernel.ask("complete_request", { code: "distanceK", cursor_pos: 9 });
  assert.deepEqual(completed.matches, ["distanceKm"]);
  const inspected = await kernel.ask("inspect_request", { code: "distanceKm", cursor_pos: 3, detail_level: 0 });
  assert.match(JSON.stringify(inspected.data), /const distanceKm: number/);
  const open = await kernel.ask("is_complete_request", { code: "function f() {" });
  assert.equal(open.status, "incomplete");
});

test("modules beside the notebook and Node's own are found with their types", async () => {
  assert.equal(
    plain(await run('import { near } from "./near";\nimport { basename } from "node:path";\n[near, basename("a/b")]')),
    "[ 5, 'b' ]",
  );
});

test("a module beside the notebook may change between cells, and while one runs", async () => {
  const file = join(folder, "changing.ts");
  const show = 'import { value } from "./changing";\nvalue';
  await writeFile(file, "export const value = 1;\n");
  assert.equal(plain(await run(show)), "1");
  const waiting = run("await new Promise((done) => setTimeout(done, 500));\n'undisturbed'");
  await sleep(100);
  await writeFile(file, 'export const value = "two";\n');
  await writeFile(join(folder, "another.ts"), "export {};\n");
  assert.equal(plain(await waiting), "'undisturbed'");
  assert.equal(plain(await run(show)), "'two'");
});

test("no line of a burst is lost, and the streams keep their order", async () => {
  const said = await run('for (let i = 0; i < 30_000; i++) console.log("line " + i);\nconsole.error("end");');
  const lines = said.stream("stdout").trimEnd().split("\n");
  assert.equal(lines.length, 30_000);
  assert.ok(lines.every((line, i) => line === `line ${i}`));
  assert.equal(said.stream("stderr"), "end\n");
});

test("cells sent at once keep their own outputs", async () => {
  const [first, second, third] = await Promise.all([run("await 1;\n1"), run('console.log("two"); 2'), run("3")]);
  assert.deepEqual([first, second, third].map(plain), ["1", "2", "3"]);
  assert.equal(second!.stream("stdout"), "two\n");
});

test("an interrupt ends a pending promise and a loop; the next cell runs", async () => {
  for (const endless of ["await new Promise(() => {});", "new Promise(() => {})", "while (true) {}"]) {
    const waiting = run(endless);
    await sleep(300);
    kernel.interrupt();
    const said = await waiting;
    assert.equal(said.content("error")?.ename, "Interrupted", endless);
  }
  assert.equal(plain(await run("1 + 1")), "2");
});

test("code that listens to the interrupt itself may end in its own way", async () => {
  const waiting = run(`import { InterruptedError } from "cherenkit";
await new Promise<void>((_, reject) => {
  process.once("SIGINT", () => setTimeout(() => reject(new InterruptedError("all is saved")), 200));
});`);
  await sleep(500);
  kernel.interrupt();
  const said = await waiting;
  assert.deepEqual([said.content("error")?.ename, said.content("error")?.evalue], ["InterruptedError", "all is saved"]);
});

test("an error that nobody catches ends the cell that waits", async () => {
  const said = await run('setTimeout(() => { throw new Error("stray"); }, 50);\nawait new Promise(() => {});');
  assert.equal(said.content("error")?.evalue, "stray");
});

test("a kernel that ends is noticed, with its exit code and the last words", async () => {
  const words: string[] = [];
  const client = await startKernel({
    command: kernelCommand("cherenkit"),
    cwd: folder,
    onStrayOutput: (_, text) => words.push(text),
  });
  const stream: string[] = [];
  const code =
    'import { execFileSync } from "node:child_process";\nconsole.log("bye");\nexecFileSync("echo", ["from below"], { stdio: "inherit" });\nprocess.exit(3);';
  await assert.rejects(
    client.execute(code, (message) => stream.push(String(message.content.text ?? ""))),
    (error) => error instanceof KernelDied && error.death.exitCode === 3 && /exit code 3/.test(error.message),
  );
  assert.match(stream.join(""), /bye\n/);
  assert.equal(words.join(""), "from below\n");
  await client.shutDown();
});
