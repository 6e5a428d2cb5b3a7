import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Subscriber } from "zeromq";
import { CherenkitError, exitCodes } from "../errors.js";
import { makeTemporaryFolder, temporaryFileError } from "../files/temporary-folder.js";
import { newConnection } from "./connection.js";
import { endGroupWithUs } from "./end-with-parent.js";
import type { KernelCommand } from "./kernel-command.js";
import { outOfMemoryKills } from "./out-of-memory.js";
import {
  type ConnectionInfo,
  decodeMessage,
  encodeMessage,
  type Message,
  newHeader,
  UnreadableMessage,
} from "./wire.js";

/** Why a kernel is gone though nobody shut it down. */
export interface KernelDeath {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when Linux ended a process of our control group for want of memory meanwhile; null when that is unknown. */
  readonly outOfMemory: boolean | null;
  /** `it was ended by SIGKILL, …` */
  readonly reason: string;
}

export class KernelDied extends CherenkitError {
  override readonly name: string = "KernelDied";

  constructor(readonly death: KernelDeath) {
    super(`the kernel died: ${death.reason}`);
  }
}

/** The kernel ended, or gave no answer, before the first cell. */
export class KernelNotStarted extends CherenkitError {
  override readonly name: string = "KernelNotStarted";
  override readonly exitCode: number = exitCodes.kernelNotStarted;
}

export interface KernelOptions {
  readonly command: KernelCommand;
  readonly cwd: string;
  /** More variables for its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it shall listen; by default on free ports of this machine. */
  readonly newConnection?: () => Promise<ConnectionInfo>;
  readonly startTimeoutMs?: number;
  /** Ends the wait for a kernel that has not answered yet. */
  readonly abandoned?: AbortSignal;
  /** What the kernel's process itself writes, past the protocol: output of programs it starts, a crash. */
  readonly onStrayOutput?: (name: "stdout" | "stderr", text: string) => void;
}

/** A running kernel and the way to talk to it. */
export interface KernelClient {
  readonly pid: number;
  /** The kernel's answer to `kernel_info_request`. */
  readonly info: Readonly<Record<string, unknown>>;
  /**
   * Runs one cell; resolves with the content of its reply when it is idle again.
   * @param onMessage gets every published message of this cell, also ones that come later
   * @throws {KernelDied}
   */
  execute(code: string, onMessage: (message: Message) => void): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Sends any other request, such as `complete_request`; resolves with the content of the reply.
   * @throws {KernelDied}
   */
  ask(type: string, content: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>>;
  interrupt(): void;
  kill(): void;
  shutDown(): Promise<void>;
}

/** Of reply and `idle` the second is waited for this long after the last word of the kernel. */
const otherHalfMs = 10_000;

/** A kernel that closes its connection and goes on for this long is lost. */
const disconnectedMs = 5000;

/** After a kernel's end its last words are waited for this long. */
const lastWordsMs = 1000;

const lossless = { sendHighWaterMark: 0, sendTimeout: 0, linger: 0 };

function deathReason(
  exitCode: number | null,
  signal: NodeJS.Signals | null,
  outOfMemory: boolean | null,
  lastWords: string,
): string {
  const why = outOfMemory ? " because memory ran out" : outOfMemory === null ? ", often because memory ran out" : "";
  const how = signal
    ? `it was ended by ${signal}${signal === "SIGKILL" ? why : ""}`
    : `it ended by itself with exit code ${exitCode}`;
  return lastWords.trim() === "" ? how : `${how}; its last words:\n${lastWords.trim()}`;
}

/**
 * Starts a kernel in a process group of its own and waits until it answers.
 * @throws {KernelNotStarted} when it ends before that, or does not answer in time
 */
export async function startKernel(options: KernelOptions): Promise<KernelClient> {
  let current = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(current);
    } catch (error) {
      // A snapshot that Node refuses is no reason not to start.
      if (error instanceof KernelNotStarted && current.command.fallback && !current.abandoned?.aborted) {
        current = { ...current, command: current.command.fallback };
        continue;
      }
      // Another program may have taken one of the ports in between.
      const taken = error instanceof KernelNotStarted && /EADDRINUSE|Address already in use/i.test(error.message);
      if (!taken || attempt === 3) throw error;
    }
  }
}

async function startOnce(options: KernelOptions): Promise<KernelClient> {
  const folder = await makeTemporaryFolder("cherenkit-kernel-");
  try {
    const connection = await (options.newConnection ?? newConnection)().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KernelNotStarted(`there are no five ports for a kernel on this machine: ${why}`, {
        place: "127.0.0.1",
        remedy: "end programs that hold many connections (`ss -tan` lists them), or raise `ulimit -n`, then try again",
        cause,
      });
    });
    const file = join(folder, "connection.json");
    const content = JSON.stringify({ ...connection, kernel_name: options.command.name });
    await writeFile(file, content, { mode: 0o600 }).catch((cause) => {
      throw temporaryFileError(cause);
    });
    return await connect(options, connection, file, () => rm(folder, { recursive: true, force: true }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function connect(
  options: KernelOptions,
  connection: ConnectionInfo,
  connectionFile: string,
  cleanUp: () => Promise<void>,
): Promise<KernelClient> {
  const [program, ...args] = options.command.argv.map((part) => part.replaceAll("{connection_file}", connectionFile));
  const child: ChildProcess = spawn(program!, args, {
    cwd: options.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.command.environment, ...options.environment },
  });
  const forget = child.pid === undefined ? (): void => {} : endGroupWithUs(child.pid);
  const killsBefore = outOfMemoryKills();
  let lastWords = "";
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      if (name === "stderr") lastWords = (lastWords + text).slice(-2000);
      options.onStrayOutput?.(name, text);
    });
  }
  let leaving = false;
  let lost: NodeJS.Timeout | undefined;
  let death: KernelDeath | null = null;
  const endRest = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // Nobody is left.
    }
  };
  const ended = new Promise<KernelDeath>((resolve) => {
    const end = (told: KernelDeath): void => {
      death ??= told;
      resolve(death);
    };
    child.once("error", (error) =>
      end({ exitCode: null, signal: null, outOfMemory: false, reason: `it could not be started: ${error.message}` }),
    );
    const closed = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      const kills = outOfMemoryKills();
      const outOfMemory = kills === null || killsBefore === null ? null : kills > killsBefore;
      end({ exitCode, signal, outOfMemory, reason: deathReason(exitCode, signal, outOfMemory, lastWords) });
    };
    child.once("close", closed);
    child.once("exit", (exitCode, signal) => {
      // What a cell has started in the background goes with it; what left the group may keep the pipes open for ever.
      endRest();
      setTimeout(closed, lastWordsMs, exitCode, signal).unref();
    });
  });

  const address = (port: number): string => `${connection.transport}://${connection.ip}:${port}`;
  const session = randomUUID();
  const shell = new Dealer(lossless);
  const control = new Dealer(lossless);
  const iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  iopub.subscribe();
  shell.connect(address(connection.shell_port));
  control.connect(address(connection.control_port));
  iopub.connect(address(connection.iopub_port));

  /** What the reader of the notebook should know of the kernel. */
  const tell = (text: string): void => options.onStrayOutput?.("stderr", `${text}\n`);
  const listeners = new Map<string, (message: Message) => void>();
  const replies = new Map<string, (message: Message) => void>();

  async function receive(socket: Dealer | Subscriber, table: typeof listeners): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = decodeMessage(frames, connection.key);
      } catch (error) {
        // Without the right signature it is not from our kernel.
        if (error instanceof UnreadableMessage) tell(`a message of the kernel cannot be read: ${error.message}`);
        continue;
      }
      table.get(message.parent.msg_id ?? "")?.(message);
    }
  }

  /**
   * Sends a request; resolves when both its reply and its `idle` are here, which come in either order. When one of them
   * of a cell is here, the other is waited for while the kernel says something, and then a while.
   */
  function request(
    socket: Dealer,
    type: string,
    content: Record<string, unknown>,
    onMessage?: (message: Message) => void,
  ): Promise<Message> {
    const header = newHeader(type, session);
    const message = { identities: [], header, parent: {}, metadata: {}, content };
    socket.send(encodeMessage(message, connection.key)).catch(() => {});
    return new Promise<Message>((resolve) => {
      let reply: Message | null = null;
      let idle = false;
      let heard = 0;
      let timer: NodeJS.Timeout | undefined;
      const end = (answer: Message): void => {
        clearTimeout(timer);
        replies.delete(header.msg_id);
        if (!onMessage) listeners.delete(header.msg_id);
        resolve(answer);
      };
      const giveUp = (): void => {
        const leftMs = heard + otherHalfMs - performance.now();
        if (death !== null) return;
        if (leftMs > 0) timer = setTimeout(giveUp, leftMs).unref();
        else if (reply) {
          tell("the kernel did not say that the cell has ended; some of its output may be missing");
          end(reply);
        } else {
          const evalue = "the kernel said that the cell has ended, but sent no reply";
          end({ ...message, content: { status: "error", ename: "KernelError", evalue } });
        }
      };
      const look = (): void => {
        heard = performance.now();
        if (reply && idle) end(reply);
        else if (onMessage && (reply || idle)) timer ??= setTimeout(giveUp, otherHalfMs).unref();
      };
      replies.set(header.msg_id, (answer) => {
        reply = answer;
        look();
      });
      listeners.set(header.msg_id, (said) => {
        onMessage?.(said);
        idle ||= said.header.msg_type === "status" && said.content.execution_state === "idle";
        look();
      });
    });
  }

  function signalGroup(signal: NodeJS.Signals): void {
    try {
      if (child.pid !== undefined && death === null) process.kill(-child.pid, signal);
    } catch {
      // It has just ended.
    }
  }

  async function close(): Promise<void> {
    forget();
    clearTimeout(lost);
    // A program that the notebook has left behind may hold them open; that shall not keep us.
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    for (const socket of [shell, control, iopub]) socket.close();
    await cleanUp();
  }

  const startTimeoutMs = options.startTimeoutMs ?? 60_000;

  async function waitForAnswer(): Promise<Message> {
    const until = performance.now() + startTimeoutMs;
    while (performance.now() < until && !options.abandoned?.aborted) {
      // Asked anew, because a subscriber that has just connected misses what was published before.
      const answer = await Promise.race([request(shell, "kernel_info_request", {}), sleep(150, null), ended]);
      if (answer === null) continue;
      if ("header" in answer) return answer;
      throw new KernelNotStarted(`the kernel did not start: ${answer.reason}`, {
        place: options.command.argv.join(" "),
      });
    }
    if (options.abandoned?.aborted) throw new KernelNotStarted("the kernel was not waited for");
    throw new KernelNotStarted(`the kernel did not answer within ${startTimeoutMs / 1000} s`, {
      place: options.command.displayName,
      remedy: "look whether the machine is overloaded, then try again or allow more with --start-timeout",
    });
  }

  /** How long a kernel may take to leave; the wait alone keeps no process alive. */
  const patience = (): Promise<void> => sleep(3000, undefined, { ref: false });

  const stopped = (error: unknown): void => {
    if (!leaving) tell(`connection to the kernel lost: ${String(error)}`);
  };
  receive(shell, replies).catch(stopped);
  receive(control, replies).catch(stopped);
  receive(iopub, listeners).catch(stopped);

  let info: Message;
  try {
    info = await waitForAnswer();
  } catch (error) {
    leaving = true;
    signalGroup("SIGKILL");
    await close();
    throw error;
  }

  shell.events.on("disconnect", () => {
    if (leaving || lost) return;
    lost = setTimeout(() => {
      if (death !== null || leaving) return;
      tell("the kernel has closed its connection, so it was ended");
      signalGroup("SIGKILL");
    }, disconnectedMs).unref();
  });

  return {
    pid: child.pid!,
    info: info.content,
    async execute(code, onMessage) {
      const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: false };
      const answer = await Promise.race([
        request(shell, "execute_request", { ...content, user_expressions: {} }, onMessage),
        ended,
      ]);
      if ("header" in answer) return answer.content;
      // What it said before it died is still on its way.
      await sleep(150);
      throw new KernelDied(answer);
    },
    async ask(type, content) {
      const answer = await Promise.race([request(shell, type, content), ended]);
      if ("header" in answer) return answer.content;
      throw new KernelDied(answer);
    },
    interrupt() {
      if (leaving || death !== null) return;
      if (options.command.interruptMode === "message") void request(control, "interrupt_request", {});
      else signalGroup("SIGINT");
    },
    kill: () => signalGroup("SIGKILL"),
    async shutDown() {
      leaving = true;
      if (death === null) {
        void request(control, "shutdown_request", { restart: false });
        await Promise.race([ended, patience()]);
      }
      if (death === null) signalGroup("SIGKILL");
      await Promise.race([ended, patience()]);
      await close();
    },
  };
}
