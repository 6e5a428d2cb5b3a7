import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Publisher, Router } from "zeromq";
import { version } from "../config/version.js";
import { setDisplayHook } from "../display/display-hook.js";
import { flushLive } from "../display/show-live.js";
import { clearStop, requestStop, stopIsHeeded } from "../training/stop-signal.js";
import { captureOutput } from "./capture-output.js";
import { describeThrown } from "./cell-error.js";
import { type ControlThread, startControlThread } from "./control.js";
import { endWithParent } from "./end-with-parent.js";
import { tslabModule } from "./tslab-compiler.js";
import { createTypeScriptSession } from "./typescript-session.js";
import { type ConnectionInfo, decodeMessage, encodeMessage, type Message, newHeader } from "./wire.js";

type Content = Record<string, unknown>;
/** Sends the frames of a message by one of Jupyter's channels. */
type Send = (frames: (string | Uint8Array)[]) => void;

/** A second interrupt this long after the first ends a cell that wanted to save itself first. */
const patienceMs = 3000;

const kernelInfo: Content = {
  status: "ok",
  protocol_version: "5.3",
  implementation: "cherenkit",
  implementation_version: version,
  banner: `cherenkit ${version}, TypeScript on Node ${process.version}`,
  language_info: {
    name: "typescript",
    version: "5.0",
    mimetype: "text/typescript",
    file_extension: ".ts",
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
  },
};

/**
 * Answers Jupyter's messages for TypeScript cells until it is told to shut down. Cells run in the current folder.
 * @param connectionFile Jupyter's file with the ports to listen on
 */
export async function serveKernel(connectionFile: string): Promise<void> {
  const connection = JSON.parse(readFileSync(connectionFile, "utf8")) as ConnectionInfo;
  const sessionId = randomUUID();
  // Without a time limit and a mark, zeromq sends at once and drops nothing, also in the middle of a long loop.
  const unlimited = { sendTimeout: 0, sendHighWaterMark: 0, linger: 1000 };
  const iopub = new Publisher(unlimited);
  const shell = new Router(unlimited);
  const stdin = new Router(unlimited);
  const toSubscribers: Send = (frames) => void iopub.send(frames).catch(() => {});
  const toShell: Send = (frames) => void shell.send(frames).catch(() => {});
  const session = createTypeScriptSession(process.cwd());
  let executionCount = 0;
  let queue: Promise<void> = Promise.resolve();
  let received = 0;
  let abortedUpTo = -1;
  let interruptedAt: number | null = null;
  /** The request whose cell prints now, or printed last. */
  let printing: Message | null = null;
  /** The request whose cell runs. */
  let executing: Message | null = null;

  function send(channel: Send, type: string, parent: Message | null, content: Content): void {
    const topic = parent ? parent.identities : [];
    const header = newHeader(type, parent?.header.session ?? sessionId);
    const message = { identities: topic, header, parent: parent?.header ?? {}, metadata: {}, content };
    channel(encodeMessage(message, connection.key));
  }

  function publish(type: string, parent: Message | null, content: Content): void {
    send(toSubscribers, type, parent && { ...parent, identities: [Buffer.from(type)] }, content);
  }

  const flushOutput = captureOutput((name, text) => publish("stream", printing, { name, text }));

  function display(content: Content, update = false): void {
    flushOutput();
    publish(update ? "update_display_data" : "display_data", printing, content);
  }

  setDisplayHook((data, id, update) => {
    display({ data, metadata: {}, transient: id ? { display_id: id } : {} }, update);
  });

  async function execute(request: Message, place: number): Promise<void> {
    const reply = (content: Content): void => send(toShell, "execute_reply", request, content);
    if (place <= abortedUpTo) {
      reply({ status: "aborted", execution_count: executionCount });
      return;
    }
    const code = String(request.content.code ?? "");
    flushOutput();
    printing = request;
    interruptedAt = null;
    clearStop();
    tslabModule("tslab/dist/jupyter").lastWriteDisplayData = ({ data, metadata, transient }, update) => {
      const id = (transient as { display_id?: string | null } | undefined)?.display_id;
      display({ data, metadata: metadata ?? {}, transient: id ? { display_id: id } : {} }, update);
    };
    if (request.content.silent !== true) executionCount++;
    const count = { execution_count: executionCount };
    publish("execute_input", request, { code, ...count });
    const outcome = await session.execute(code, executionCount);
    flushLive();
    flushOutput();
    if (outcome.status === "ok") {
      if (outcome.result) publish("execute_result", request, { ...count, data: outcome.result, metadata: {} });
      reply({ status: "ok", ...count, user_expressions: {}, payload: [] });
      return;
    }
    publish("error", request, { ...outcome.error });
    if (request.content.stop_on_error !== false) {
      // Requests sent together with this one may still be on their way.
      await new Promise((resolve) => setTimeout(resolve, 20));
      abortedUpTo = received - 1;
    }
    reply({ status: "error", ...count, ...outcome.error });
  }

  /** Code units before a position that Jupyter counts in characters. */
  function codeUnits(code: string, characters: number): number {
    return Array.from(code).slice(0, characters).join("").length;
  }

  function complete({ code, cursor_pos }: Content): Content {
    const text = String(code);
    const { start, end, candidates } = session.complete(text, codeUnits(text, Number(cursor_pos)));
    const characters = (units: number): number => Array.from(text.slice(0, units)).length;
    return {
      status: "ok",
      matches: candidates,
      cursor_start: characters(start),
      cursor_end: characters(end),
      metadata: {},
    };
  }

  function inspectCode({ code, cursor_pos }: Content): Content {
    const text = session.inspect(String(code), codeUnits(String(code), Number(cursor_pos)));
    return { status: "ok", found: text !== null, data: text === null ? {} : { "text/plain": text }, metadata: {} };
  }

  function isComplete({ code }: Content): Content {
    const indent = session.indentIfIncomplete(String(code));
    return indent === null ? { status: "complete" } : { status: "incomplete", indent };
  }

  function shutDown(): void {
    session.close();
    // Timers and sockets of cells would keep the process alive. What is still to be sent is, while sockets linger.
    setImmediate(() => process.exit(0));
  }

  /**
   * Does what a request asks, between `busy` and `idle`. Clients show the last state they heard: after a question that
   * came while a cell ran, they hear of the cell again.
   */
  async function attend(channel: Send, request: Message, work: () => void | Promise<void>): Promise<void> {
    const cell = request.header.msg_type === "execute_request";
    if (cell) executing = request;
    publish("status", request, { execution_state: "busy" });
    try {
      await work();
    } catch (error) {
      send(channel, request.header.msg_type.replace("_request", "_reply"), request, {
        status: "error",
        ...describeThrown(error),
      });
    } finally {
      if (cell) executing = null;
      publish("status", request, { execution_state: "idle" });
      if (executing) publish("status", executing, { execution_state: "busy" });
    }
  }

  async function answer(channel: Send, request: Message): Promise<void> {
    const { content, header } = request;
    switch (header.msg_type) {
      case "execute_request": {
        const place = received++;
        queue = queue.then(() => attend(channel, request, () => execute(request, place)));
        return queue;
      }
      case "kernel_info_request":
        return send(channel, "kernel_info_reply", request, kernelInfo);
      case "complete_request":
        return send(channel, "complete_reply", request, complete(content));
      case "inspect_request":
        return send(channel, "inspect_reply", request, inspectCode(content));
      case "is_complete_request":
        return send(channel, "is_complete_reply", request, isComplete(content));
      case "comm_info_request":
        return send(channel, "comm_info_reply", request, { status: "ok", comms: {} });
      case "history_request":
        return send(channel, "history_reply", request, { status: "ok", history: [] });
      case "interrupt_request":
        return; // the control thread has done it
      case "shutdown_request":
        send(channel, "shutdown_reply", request, { status: "ok", restart: content.restart === true });
        return shutDown();
    }
  }

  async function handle(channel: Send, frames: readonly Buffer[]): Promise<void> {
    let request: Message;
    try {
      request = decodeMessage(frames, connection.key);
    } catch {
      return; // not signed by our client
    }
    // A cell that waits for its turn makes nobody busy yet.
    if (request.header.msg_type === "execute_request") await answer(channel, request);
    else await attend(channel, request, () => answer(channel, request));
  }

  async function serveShell(): Promise<void> {
    for await (const frames of shell) void handle(toShell, frames);
  }

  /** Code that listens to SIGINT or to the stop signal itself, as a training does, is given the time to save. */
  function savesItself(): boolean {
    if (process.listenerCount("SIGINT") === 1 && !stopIsHeeded()) return false;
    if (interruptedAt !== null && Date.now() - interruptedAt >= patienceMs) return false;
    interruptedAt ??= Date.now();
    return true;
  }

  function interrupt(why: string, codeWasEnded = false): void {
    const waits = !codeWasEnded && savesItself();
    if (session.running) requestStop(why);
    if (!waits) session.interrupt();
  }

  let control: ControlThread | null = null;
  process.on("SIGINT", () => interrupt("interrupted", control?.hear()));
  for (const signal of ["SIGTERM", "SIGUSR1"] as const) {
    process.on(signal, () => {
      if (!session.running && signal === "SIGTERM") process.exit(143);
      interrupt(`signal ${signal}`);
    });
  }
  const onStrayError = (error: unknown): void => {
    const known = error instanceof Error ? error : new Error(String(error));
    if (!session.interrupt(known)) process.stderr.write(`${session.describe(error).traceback.join("\n")}\n`);
  };
  process.on("uncaughtException", onStrayError);
  process.on("unhandledRejection", onStrayError);
  endWithParent();

  const bind = (socket: Router | Publisher, port: number): Promise<void> =>
    socket.bind(`${connection.transport}://${connection.ip}:${port}`);
  await Promise.all([
    bind(iopub, connection.iopub_port),
    bind(shell, connection.shell_port),
    bind(stdin, connection.stdin_port),
  ]);
  void serveShell();
  const thread = startControlThread(
    connection,
    (frames) => void handle((reply) => thread.send(reply), frames),
    savesItself,
  );
  control = thread;
  await thread.listening;
}
