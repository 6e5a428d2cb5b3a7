// A kernel that speaks Jupyter's protocol as badly as its cells ask it to: node odd-kernel.js CONNECTION_FILE
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Publisher, Router } from "zeromq";
import { type ConnectionInfo, encodeMessage, type Header, newHeader } from "../../lib/notebooks/wire.js";

const connection = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as ConnectionInfo;
const shell = new Router();
const iopub = new Publisher();
await shell.bind(`tcp://127.0.0.1:${connection.shell_port}`);
await iopub.bind(`tcp://127.0.0.1:${connection.iopub_port}`);

let identities: Uint8Array[] = [];
let parent: Partial<Header> = {};

function frames(type: string, content: unknown, routing: Uint8Array[] = []): (string | Uint8Array)[] {
  const message = { header: newHeader(type, "odd"), parent, metadata: {}, content: content as Record<string, unknown> };
  return encodeMessage({ ...message, identities: routing }, connection.key);
}
const publish = (type: string, content: unknown): Promise<void> => iopub.send(frames(type, content));
const reply = (type: string, content: unknown): Promise<void> => shell.send(frames(type, content, identities));

/** What cells can ask for; those that give `true` have said all they will. */
const oddities: Readonly<Record<string, () => Promise<unknown>>> = {
  async unreadable() {
    await publish("stream", null);
    await publish("stream", { name: "stdout" });
    await publish("error", {});
    await reply("execute_reply", { status: "ok" });
    return;
  },
  async "no reply"() {
    return;
  },
  async "no idle"() {
    await reply("execute_reply", { status: "ok" });
    return true;
  },
  async "close sockets"() {
    shell.close();
    iopub.close();
    setInterval(() => {}, 1000);
    return true;
  },
  async "leave a child"() {
    // It holds our stdout open, in a group of its own and in ours.
    for (const detached of [true, false]) {
      const { pid } = spawn("sleep", ["60"], { detached, stdio: "inherit" });
      await publish("stream", { name: "stdout", text: `child ${pid}\n` });
    }
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 200);
    return true;
  },
};

for await (const parts of shell) {
  const at = parts.findIndex((part) => part.toString() === "<IDS|MSG>");
  identities = parts.slice(0, at);
  parent = JSON.parse(parts[at + 2]!.toString()) as Header;
  await publish("status", { execution_state: "busy" });
  if (parent.msg_type === "kernel_info_request") await reply("kernel_info_reply", { status: "ok" });
  else {
    const { code } = JSON.parse(parts[at + 5]!.toString()) as { code: string };
    if ((await oddities[code]!()) === true) continue;
  }
  await publish("status", { execution_state: "idle" });
}
