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

test("a live display changes every few seconds and ends with its last value; a figure starts anew", async () => {
  const said = await run(
    [
      'import { figures, showLive } from "cherenkit";',
      'const live = showLive("none");',
      "for (let i = 1; i <= 500; i++) live(i);",
      'const figure = showLive(figures.empty("first", ""));',
      'figure(figures.empty("second", ""));',
    ].join("\n"),
  );
  const shown = said.messages
    .filter(({ header }) => header.msg_type.endsWith("display_data"))
    .map(({ content }) => ({
      id: (content.transient as { display_id: string }).display_id,
      data: content.data as Readonly<Record<string, unknown>>,
    }));
  const [number, figure] = [...new Set(shown.map(({ id }) => id))].map((id) => shown.filter((one) => one.id === id));
  const texts = number!.map(({ data }) => data["text/plain"]);
  assert.ok(texts.length <= 3, `shown ${texts.length} times`);
  assert.deepEqual([texts[0], texts[1], texts.at(-1)], ["none", "1", "500"]);
  const plotly = "application/vnd.plotly.v1+json";
  assert.deepEqual(
    figure!.map(({ data }) => Object.keys(data)[0]),
    [plotly, "text/html", plotly],
  );
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

test("a variable keeps its type when that comes from a package of the project", async () => {
  await run('import { DataTable, dataFrame } from "cherenkit";');
  await run('const frame = await dataFrame(new DataTable(["a", "b"], [[1, 2], [1, 3], [2, 5]]));');
  const { reply } = await run('const means = frame.groupby(["a"]).col(["b"]).mean();');
  assert.equal(reply.status, "ok");
  assert.equal(plain(await run("means.shape.length")), "2");
  const wrong = await run("const text: string = means.shape;");
  assert.match(String(wrong.content("error")?.evalue), /'number\[\]' is not assignable to type 'string'/);
});

test("completion and inspection know what earlier cells declared", async () => {
  await run("/** How far. */ const distanceKm: number = 3;");
  const completed = await kernel.ask("complete_request", { code: "distanceK", cursor_pos: 9 });
  assert.deepEqual(completed.matches, ["distanceKm"]);
  const inspected = await kernel.ask("inspect_request", { code: "distanceKm", cursor_pos: 3, detail_level: 0 });
  assert.match(JSON.stringify(inspected.data), /const distanceKm: number/);
  const code = 'import { loadConfig } from "cherenkit"; loadConfig';
  const known = await kernel.ask("inspect_request", { code, cursor_pos: code.length - 1, detail_level: 0 });
  assert.match(String((known.data as Record<string, unknown>)["text/plain"]), /\n@throws \{ConfigError\} \S/);
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

test("an error that nobody waits for names its place in a cell", async () => {
  const said = await run(
    'let left = 1;\nvoid Promise.reject(new Error("left alone"));\nawait new Promise((done) => setTimeout(done, 50));',
  );
  assert.match(JSON.stringify(said.messages.map(({ content }) => content)), /left alone.*cell \[\d+\], line 2/);
});

test("a module is loaded anew when one that it imports by others has changed, in a circle too", async () => {
  const inner = join(folder, "inner.ts");
  await writeFile(join(folder, "outer.ts"), 'import { twice } from "./middle";\nexport const value = twice + 1;\n');
  await writeFile(
    join(folder, "middle.ts"),
    'import { base } from "./inner";\nimport * as outer from "./outer";\nexport const twice = 2 * base;\nexport const self = (): unknown => outer;\n',
  );
  await writeFile(inner, "export const base = 1;\n");
  const show = 'import { value } from "./outer";\nvalue';
  assert.equal(plain(await run(show)), "3");
  await writeFile(inner, "export const base = 10;\n");
  assert.equal(plain(await run(show)), "21");
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

/** Runs a cell and interrupts it so many milliseconds after it has said "ready". */
async function interrupted(code: string, afterMs = 0): Promise<Said> {
  const messages: Message[] = [];
  let told = false;
  const reply = await kernel.execute(code, (message) => {
    messages.push(message);
    if (told || !String(message.content.text ?? "").includes("ready")) return;
    told = true;
    if (afterMs > 0) setTimeout(() => kernel.interrupt(), afterMs);
    else kernel.interrupt();
  });
  return {
    reply,
    messages,
    content: (type) => messages.find((m) => m.header.msg_type === type)?.content,
    stream: () => "",
  };
}

test("an interrupt ends a pending promise and a loop; the next cell runs", async () => {
  for (const endless of ["await new Promise(() => {});", "new Promise(() => {})", "while (true) {}"]) {
    const said = await interrupted(`console.log("ready");\n${endless}`);
    assert.equal(said.content("error")?.ename, "Interrupted", endless);
  }
  assert.equal(plain(await run("1 + 1")), "2");
});

test("twenty interrupts in a row each end their own cell, at once or after a while, and never the next", async () => {
  const endless = [
    "while (true) {}",
    "await new Promise(() => {});",
    `import { stopSignal } from "cherenkit";
const asked = stopSignal();
while (!asked.aborted) { for (const end = Date.now() + 5; Date.now() < end; ); await new Promise((next) => setTimeout(next)); }
throw asked.reason;`,
  ];
  for (let i = 0; i < 20; i++) {
    const said = await interrupted(`console.log("ready");\n${endless[i % 3]}`, i % 2 === 0 ? 0 : (7 * i) % 40);
    const { ename } = said.content("error") ?? {};
    assert.equal(ename, i % 3 === 2 ? "InterruptedError" : "Interrupted", `interrupt ${i + 1}`);
    const next = `for (const end = Date.now() + ${10 * (i % 2)}; Date.now() < end; );\n${i} + 1`;
    assert.equal(plain(await run(next)), String(i + 1));
  }
});

test("an interrupt ends code that keeps the event loop from turning, wherever the cell has put it", async () => {
  const loop = "for (;;);";
  const places = [
    `await null; ${loop}`,
    `await new Promise((next) => setTimeout(next, 5)); ${loop}`,
    `await new Promise((next) => setImmediate(next)); ${loop}`,
    `await new Promise(() => process.nextTick(() => { ${loop} }));`,
    `await new Promise(() => setTimeout(() => { ${loop} }, 5));`,
    `[1, 2].map(() => { ${loop} });`,
    `try { ${loop} } catch { console.log("not this way"); }`,
    "const never = (depth: number): void => { if (depth < 900) never(depth + 1); else for (;;); };\nnever(0);",
    'for (let i = 0; ; i++) if (i % 1000 === 0) console.log("line", i);',
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    '/^(a+)+$/.test("a".repeat(60) + "b");',
    `({ [Symbol.for("Jupyter.display")]() { ${loop} } })`,
    `import { readFileSync } from "node:fs";\nfor (;;) readFileSync("/dev/null");`,
  ];
  await run(`import { AsyncLocalStorage } from "node:async_hooks";
const stores = new AsyncLocalStorage<number>();
let beats = 0;
const beat = setInterval(() => { beats++; }, 5);`);
  for (const place of places) {
    const said = await interrupted(`console.log("ready");\n${place}`, 20);
    assert.equal(said.content("error")?.ename, "Interrupted", place);
    const next = `const former = beats;
await new Promise((next) => setTimeout(next, 60));
[beats > former, stores.getStore(), await stores.run(7, async () => { await null; return stores.getStore(); })]`;
    assert.equal(plain(await run(next)), "[ true, undefined, 7 ]", place);
  }
  await run("clearInterval(beat);");
});

test("a loop that a timer of an earlier cell runs into is ended too", async () => {
  await run('setTimeout(() => { console.log("ready"); for (;;); }, 50);');
  const waiting = run("await new Promise((next) => setTimeout(next, 300));\n5");
  await sleep(1000);
  kernel.interrupt();
  assert.equal((await waiting).content("error")?.ename, "Interrupted");
  assert.equal(plain(await run("6")), "6");
});

test("an interrupt in the moment in which a cell begins or ends does no harm", async () => {
  for (let i = 0; i < 50; i++) {
    const ending = run(`for (const end = Date.now() + ${i % 7}; Date.now() < end; );\n"done"`);
    await sleep(i % 25);
    kernel.interrupt();
    const said = await ending;
    if (said.reply.status === "error") assert.equal(said.content("error")?.evalue, "the cell was interrupted");
    else assert.equal(plain(said), "'done'");
  }
  assert.equal(plain(await run("1 + 1")), "2");
});

test("a signal SIGINT interrupts too, and so do programs that a cell has started", async () => {
  const waits = run("await new Promise(() => {});");
  await sleep(1000);
  process.kill(kernel.pid, "SIGINT");
  assert.equal((await waits).content("error")?.ename, "Interrupted");
  const said = await interrupted(
    'import { spawnSync } from "node:child_process";\nconsole.log("ready");\nconsole.log(spawnSync("sleep", ["60"]).signal);\nawait new Promise(() => {});',
    200,
  );
  assert.deepEqual(
    said.messages.flatMap(({ header, content }) => (header.msg_type === "stream" ? [content.text] : [])).join(""),
    "ready\nSIGINT\n",
  );
});

test("an interrupt that comes while the compiler is busy is not lost on the loop that follows", async () => {
  const lines = Array.from({ length: 800 }, (_, i) => `const row${i}: [number, string][] = [[${i}, "x"]];`);
  const waiting = run(`${lines.join("\n")}\nwhile (true) {}`);
  await sleep(30);
  kernel.interrupt();
  assert.equal((await waiting).content("error")?.ename, "Interrupted");
});

test("code that goes on after an interrupt changes no variable any more", async () => {
  await run("let counted = 0;");
  await interrupted(
    'console.log("ready");\nfor (let i = 1; i < 100; i++) { await new Promise((next) => setTimeout(next, 20)); counted = i; }',
  );
  await run("counted = -1;");
  await sleep(100);
  assert.equal(plain(await run("counted")), "-1");
});

test("what a cell has declared before it failed or was interrupted stays known, what it did not come to stays as it was", async () => {
  await run("let former = 1;\nlet other = 2;");
  await run(
    `let former = "declared again", [x] = [5];
import { basename } from "node:path";
interface Pair { a: number }
function twice(n: number): number { return 2 * n; }
const pair: Pair = { a: 3 };
if (pair.a === 3) throw new Error("here");
const unreached = 1;
let other = "not reached";
class Late {}`,
  );
  assert.equal(plain(await run("[former.length, x, basename('a/b'), twice(pair.a)]")), "[ 14, 5, 'b', 6 ]");
  assert.equal(plain(await run("const kept: Pair = { a: other + 1 };\nkept")), "{ a: 3 }");
  const unknown = await run("[unreached, new Late()]");
  assert.match(
    (unknown.content("error") as { traceback: string[] }).traceback.join("\n"),
    /Cannot find name 'unreached'[\s\S]*Cannot find name 'Late'/,
  );
  await interrupted('const before = "known";\nconsole.log("ready");\nawait new Promise(() => {});\nconst after = 1;');
  assert.equal(plain(await run("before")), "'known'");
  assert.match(String((await run("after")).content("error")?.evalue), /Cannot find name 'after'/);
});

test("a name is one variable, whichever cell declares it and whichever function uses it", async () => {
  await run("let c = 1;\nconst inc = () => ++c;");
  assert.equal(plain(await run("c = 100; inc(); c")), "101");
  await run("function f() { return 1; }\nclass A { v = 1; }\nconst k = 1;\nlet [p, { q }] = [1, { q: 2 }];");
  await run("const all = () => [f(), new A().v, k, p + q, c];");
  await run("function f() { return 10; }\nclass A { v = 20; }\nconst k = 30;");
  await run("[p, q] = [40, 50];\nlet c = 7;");
  assert.equal(plain(await run("all()")), "[ 10, 20, 30, 90, 7 ]");
  assert.equal(
    plain(await run("const { k: other, c: shown } = { k, c };\n({ k, c, other, shown })")),
    "{ k: 30, c: 7, other: 30, shown: 7 }",
  );
});

test("every form of await works", async () => {
  assert.equal(plain(await run("/** with a comment */\nconst one = await (Promise.resolve(1)); one")), "1");
  assert.equal(
    (await run("for await (const x of [1, Promise.resolve(2)]) console.log(x);")).stream("stdout"),
    "1\n2\n",
  );
  assert.equal(plain(await run("const { a1 = await Promise.resolve(9) } = {} as { a1?: number }; a1")), "9");
  assert.equal(plain(await run("[await Promise.resolve(1), ...(await (async () => [2, 3])())]")), "[ 1, 2, 3 ]");
});

test("export before a declaration is no error; what means nothing in a cell is refused with a remedy", async () => {
  await run(
    "export const shared: number = 3;\nexport function twice(): number { return 2 * shared; }\nexport { shared };",
  );
  assert.equal(plain(await run("twice()")), "6");
  const says = async (code: string, pattern: RegExp): Promise<void> => {
    const said = await run(code);
    assert.match((said.content("error")?.traceback as string[] | undefined)?.join("\n") ?? "no error", pattern);
  };
  await says("export default 3;", /line 1, column 1: a cell has no default export; give the value a name/);
  await says("const here = () => import.meta.url;", /line 1, column 20: a cell has no import.meta; .*process\.cwd\(\)/);
  await says('const x = 1;\nexport * from "node:fs";', /line 2, column 1: a cell cannot pass on another module/);
  await says('import fs = require("node:fs");', /write `import name from "…"`/);
  await says("%timeit 1", /a cell holds TypeScript/);
});

test("the first finding of the compiler is marked below its place", async () => {
  const said = await run("const right = 1;\nconst wrong: string = right;");
  assert.deepEqual(said.content("error")?.traceback, [
    "line 2, column 7: Type 'number' is not assignable to type 'string'.",
    "    const wrong: string = right;",
    "          ^",
  ]);
});

test("code that listens to the interrupt itself may end in its own way", async () => {
  const said = await interrupted(`import { InterruptedError } from "cherenkit";
await new Promise<void>((_, reject) => {
  process.once("SIGINT", () => setTimeout(() => reject(new InterruptedError("all is saved")), 200));
  console.log("ready");
});`);
  assert.deepEqual([said.content("error")?.ename, said.content("error")?.evalue], ["InterruptedError", "all is saved"]);
});

test("code sees an interrupt as an AbortSignal: it may poll it, wait for it or hand it on", async () => {
  const polls = await interrupted(`import { stopSignal } from "cherenkit";
const stop = stopSignal();
console.log("ready");
while (!stop.aborted) await new Promise((next) => setTimeout(next, 10));
"all is saved"`);
  assert.equal(plain(polls), "'all is saved'");
  const handsOn = await interrupted(`import { setTimeout as pause } from "node:timers/promises";
const waiting = pause(60_000, null, { signal: stopSignal() });
console.log("ready");
await waiting;`);
  assert.equal(handsOn.content("error")?.ename, "AbortError");
  assert.equal(plain(await run("stopSignal().aborted")), "false");
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

test("a kernel that has begun a later cell does not say that it is idle", async () => {
  const states: unknown[] = [];
  const heard = (message: Message): void => {
    if (message.header.msg_type === "status") states.push(message.content.execution_state);
  };
  await Promise.all(["let turn = 1;", "turn = 2;"].map((code) => kernel.execute(code, heard)));
  assert.deepEqual(states, ["busy", "idle", "busy", "idle"]);
});
