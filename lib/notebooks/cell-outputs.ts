import type { IError, IOutput } from "@jupyterlab/nbformat";
import { type CellError, errorOf } from "./cell-error.js";
import { newDisplayBudget, withinBudget } from "./display-limit.js";
import { newStreamBudget, newStreamText, type StreamText } from "./stream-text.js";
import type { Message } from "./wire.js";

type StreamName = "stdout" | "stderr";
type Slot = { kind: "stream"; name: StreamName; text: StreamText } | { kind: "other"; output: IOutput };

/** Displays by their `display_id`: a later message, also from another cell, changes what stands there. */
export type Displays = Map<string, IOutput[]>;

/** Collects the messages of one cell as the outputs of a notebook file. */
export interface CellOutputs {
  /** Takes all messages but streams. */
  add(message: Message): void;
  addStream(name: StreamName, text: string): void;
  addError(error: CellError): void;
  /** The outputs so far, in the notebook file's form. */
  outputs(): IOutput[];
}

/** @param completeIn file with all the streams and displays too large for a notebook, if there is one */
export function newCellOutputs(displays: Displays, completeIn: string | null): CellOutputs {
  const budget = newStreamBudget(completeIn);
  const displayBudget = newDisplayBudget(completeIn);
  let slots: Slot[] = [];
  let clearOnNext = false;

  const clear = (): void => {
    slots = [];
    clearOnNext = false;
  };

  const push = (output: IOutput): void => {
    if (clearOnNext) clear();
    slots.push({ kind: "other", output });
  };

  function addStream(name: StreamName, text: string): void {
    if (clearOnNext) clear();
    const last = slots.at(-1);
    if (last?.kind === "stream" && last.name === name) {
      last.text.append(text);
      return;
    }
    const stream = newStreamText(budget);
    stream.append(text);
    slots.push({ kind: "stream", name, text: stream });
  }

  function addError(error: CellError): void {
    push({ output_type: "error", ename: error.ename, evalue: error.evalue, traceback: [...error.traceback] } as IError);
  }

  function addDisplay(message: Message): void {
    const { data, metadata, transient, execution_count } = message.content as Record<string, never>;
    const isResult = message.header.msg_type === "execute_result";
    const output = {
      output_type: isResult ? "execute_result" : "display_data",
      data: withinBudget(data ?? {}, displayBudget),
      metadata: metadata ?? {},
      ...(isResult ? { execution_count: execution_count ?? null } : {}),
    } as IOutput;
    const id = (transient as { display_id?: string } | undefined)?.display_id;
    if (id) displays.set(id, [...(displays.get(id) ?? []), output]);
    push(output);
  }

  return {
    addStream,
    addError,
    add(message) {
      const { content } = message;
      switch (message.header.msg_type) {
        case "display_data":
        case "execute_result":
          return addDisplay(message);
        case "update_display_data": {
          const id = (content.transient as { display_id?: string } | undefined)?.display_id ?? "";
          const data = withinBudget((content.data ?? {}) as Record<string, unknown>, displayBudget, true);
          for (const output of displays.get(id) ?? []) Object.assign(output, { data });
          return;
        }
        case "clear_output":
          if (content.wait === true) clearOnNext = true;
          else clear();
          return;
        case "error":
          return addError(errorOf(content));
      }
    },
    outputs: () =>
      slots.map((slot) =>
        slot.kind === "other"
          ? slot.output
          : ({ output_type: "stream", name: slot.name, text: slot.text.text() } as IOutput),
      ),
  };
}
