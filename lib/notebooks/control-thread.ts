// The thread of a kernel that works whatever a cell keeps the main thread busy with: it answers heartbeats, passes on
// what comes by Jupyter's control channel and carries interrupts through.
import { Session } from "node:inspector";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Reply, Router } from "zeromq";
import { answers, board, type ControlThreadData, questionName } from "./control.js";
import { decodeMessage, encodeMessage, type Message, newHeader } from "./wire.js";

/** A main thread that has not heard an interrupt by then is asked what it does, and again at intervals. */
const patienceMs = 150;
const intervalMs = 5;
/** A process whose parent is gone looks this often, and has this long to end. */
const leaveMs = 5000;
/** Native code keeps the main thread from answering. */
const answerMs = 100;

const { connection, board: shared, kernelWork } = workerData as ControlThreadData;
const main = parentPort!;
const control = new Router({ sendTimeout: 0, sendHighWaterMark: 0, linger: 1000 });
const heartbeat = new Reply();

/**
 * Asks the main thread, in the middle of what it does, whether that may be ended. If so it is, before it goes on: V8
 * leaves all functions up to Node's event loop, without their `catch` and `finally`.
 */
function endBusyCode(session: Session, interrupt: number, waitedMs: number): void {
  Atomics.store(shared, board.answer, answers.none);
  const expression = `globalThis[Symbol.for("${questionName}")](${interrupt}, ${waitedMs})`;
  session.post("Runtime.evaluate", { expression, silent: true }, () => {});
  Atomics.wait(shared, board.answer, answers.none, answerMs);
  const answer = Atomics.compareExchange(shared, board.answer, answers.none, answers.tooLate);
  if (answer !== answers.end) return;
  session.post("Runtime.terminateExecution", () => {});
  Atomics.store(shared, board.done, 1);
}

async function interrupt(): Promise<void> {
  const number = Atomics.add(shared, board.told, 1) + 1;
  try {
    process.kill(-process.pid, "SIGINT"); // the programs that a cell has started hear it too
  } catch {
    process.kill(process.pid, "SIGINT"); // this process leads no group
  }
  const isWaiting = (): boolean =>
    Atomics.load(shared, board.heard) < number && Atomics.load(shared, board.told) === number;
  const began = performance.now();
  await pause(patienceMs);
  if (!isWaiting()) return;
  const session = new Session();
  session.connectToMainThread();
  while (isWaiting()) {
    if (Atomics.load(kernelWork, 0) === 0) endBusyCode(session, number, performance.now() - began);
    await pause(intervalMs);
  }
  session.disconnect();
}

async function serveControl(): Promise<void> {
  for await (const frames of control) {
    let request: Message;
    try {
      request = decodeMessage(frames, connection.key);
    } catch {
      continue; // not signed by our client
    }
    const { identities, header } = request;
    if (header.msg_type === "interrupt_request") {
      const reply = newHeader("interrupt_reply", header.session);
      const message = { identities, header: reply, parent: header, metadata: {}, content: { status: "ok" } };
      control.send(encodeMessage(message, connection.key)).catch(() => {});
      void interrupt();
    } else main.postMessage(frames);
  }
}

async function echo(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

const address = `${connection.transport}://${connection.ip}`;
await Promise.all([
  control.bind(`${address}:${connection.control_port}`),
  heartbeat.bind(`${address}:${connection.hb_port}`),
]);
main.on("message", (frames: "close" | (string | Uint8Array)[]) => {
  if (frames === "close") {
    control.close();
    heartbeat.close();
    setImmediate(() => {
      Atomics.store(shared, board.closed, 1);
      Atomics.notify(shared, board.closed);
    });
  } else control.send(frames.map((frame) => (typeof frame === "string" ? frame : Buffer.from(frame)))).catch(() => {});
});
void serveControl();
void echo();
main.postMessage("listening");

// The main thread ends itself when its parent is gone, unless a cell keeps it busy.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) setTimeout(() => process.kill(process.pid, "SIGKILL"), leaveMs);
}, leaveMs).unref();
