import type { ICodeCell } from "@jupyterlab/nbformat";
import { type CellError, errorOf } from "./cell-error.js";
import { newCellOutputs } from "./cell-outputs.js";
import { newLineFeed } from "./line-feed.js";
import type { Run } from "./run.js";
import type { CellOutput } from "./run-options.js";
import { newStreamScrub } from "./secrets.js";
import type { Message } from "./wire.js";

/** Takes what is said while a cell runs. */
export interface CellListener {
  onMessage(message: Message): void;
  /** What the kernel's process wrote past the protocol. */
  onStream(name: "stdout" | "stderr", text: string): void;
  /** What the runner has to say of the cell. */
  onError(error: CellError): void;
  /** Whether an error stands in its outputs. */
  hasError(): boolean;
  /** Tells that it still runs; goes to the caller only. */
  onHeartbeat(text: string): void;
  /** Something the reader of the notebook should know of the cell; stands with its stderr. */
  onWarning(text: string): void;
  /** Passes on a line without an end. */
  flush(): void;
  /** When the cell said something last, as `performance.now()`. */
  lastHeard(): number;
  /** The line that has no end yet, as a progress bar's. */
  unfinished(): string;
}

function plainText(data: Readonly<Record<string, unknown>>): string {
  const text = data["text/plain"];
  if (text === undefined) return `<${Object.keys(data).join(", ")}>`;
  return Array.isArray(text) ? text.join("") : String(text);
}

/** The name under which a display can be changed later. */
function displayId(content: Readonly<Record<string, unknown>>): { displayId?: string } {
  const id = (content.transient as { display_id?: string } | undefined)?.display_id;
  return id ? { displayId: id } : {};
}

/** Passes a cell's messages to the notebook, the log and the caller. */
export function listenToCell(run: Run, cell: ICodeCell, count: number): CellListener {
  const outputs = newCellOutputs(run.displays, run.logName);
  run.collected.set(cell, outputs);
  let heard = performance.now();
  let hasError = false;
  const tell = (kind: CellOutput["kind"], text: string): void => {
    heard = performance.now();
    run.options.onOutput?.({ cell: count, kind, text });
  };
  const lines = newLineFeed((name, text) => tell(name, text));
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      run.failure ??= error;
    }
  };
  const stream = (name: "stdout" | "stderr", text: string): void => {
    run.log?.add({ cell: count, kind: name, text });
    lines.add(name, text);
  };
  const secrets = Object.values(run.options.secrets ?? {});
  const streams = { stdout: newStreamScrub(secrets), stderr: newStreamScrub(secrets) };
  const keepStream = (name: "stdout" | "stderr", text: string): void => {
    if (text === "") return;
    outputs.addStream(name, text);
    stream(name, text);
  };
  const flushStreams = (): void => {
    for (const name of ["stdout", "stderr"] as const) keepStream(name, streams[name].rest());
  };
  const other = (kind: CellOutput["kind"], text: string, more: Readonly<Record<string, unknown>>): void => {
    lines.flush();
    run.log?.add({ cell: count, kind, text, ...more });
    tell(kind, text);
  };
  return {
    onMessage: (said: Message): void =>
      guarded(() => {
        if (said.header.msg_type === "stream") {
          const name = said.content.name === "stderr" ? "stderr" : "stdout";
          return keepStream(name, streams[name].add(String(said.content.text ?? "")));
        }
        if (said.header.msg_type === "status") return;
        flushStreams();
        const message = { ...said, content: run.scrub(said.content) };
        outputs.add(message);
        const { content } = message;
        switch (message.header.msg_type) {
          case "display_data":
          case "execute_result": {
            const data = (content.data ?? {}) as Record<string, unknown>;
            const kind = message.header.msg_type === "display_data" ? "display" : "result";
            return other(kind, plainText(data), { data, ...displayId(content) });
          }
          case "update_display_data":
            heard = performance.now();
            return run.log?.add({ cell: count, kind: "update", data: content.data, ...displayId(content) });
          case "error": {
            hasError = true;
            const error = errorOf(content);
            return other("error", error.traceback.join("\n"), { name: error.ename });
          }
        }
      }),
    onStream: (name: "stdout" | "stderr", said: string): void =>
      guarded(() => keepStream(name, streams[name].add(said))),
    onError: (told: CellError): void =>
      guarded(() => {
        flushStreams();
        const error = run.scrub(told);
        hasError = true;
        outputs.addError(error);
        other("error", error.traceback.join("\n"), { name: error.ename });
      }),
    hasError: () => hasError,
    onHeartbeat: (text: string): void => tell("heartbeat", text),
    onWarning: (text: string): void =>
      guarded(() => {
        flushStreams();
        outputs.addStream("stderr", `warning: ${text}\n`);
        other("warning", text, {});
      }),
    flush: (): void =>
      guarded(() => {
        flushStreams();
        lines.flush();
      }),
    lastHeard: () => heard,
    unfinished: lines.unfinished,
  };
}
