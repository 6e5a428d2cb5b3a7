export type StreamName = "stdout" | "stderr";

const quietMs = 20;
const flushAt = 64 * 1024;

/**
 * Sends what the process writes to stdout and stderr to `send` instead. The first piece goes at once, a burst in
 * batches; the order of the two streams is kept.
 * @returns a function that sends what still waits
 */
export function captureOutput(send: (name: StreamName, text: string) => void): () => void {
  let waiting: string[] = [];
  let length = 0;
  let current: StreamName = "stdout";
  let sentAt = 0;
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    const text = waiting.join("");
    waiting = [];
    length = 0;
    sentAt = performance.now();
    send(current, text);
  };

  const write = (name: StreamName, text: string): void => {
    if (name !== current) flush();
    current = name;
    waiting.push(text);
    length += text.length;
    if (length >= flushAt || performance.now() - sentAt > quietMs) flush();
    else timer ??= setTimeout(flush, quietMs);
  };

  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new TextDecoder();
    process[name].write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      done?: (error?: Error | null) => void,
    ): boolean => {
      const plain = typeof chunk !== "string" || typeof encoding !== "string" || /^utf-?8$/i.test(encoding);
      const text =
        typeof chunk !== "string"
          ? decoder.decode(chunk, { stream: true })
          : plain
            ? chunk
            : Buffer.from(chunk, encoding as BufferEncoding).toString();
      if (text !== "") write(name, text);
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
  }
  process.once("exit", flush);
  return flush;
}
