/** `chunkKernelWat`, assembled. */
const assembled =
  "AGFzbQEAAAABHQRgA39/fwF/YAN/f38AYAV/f39/fwBgBH9/f38AAg8BA2VudgZtZW1vcnkCAAADBgUAAAECAwc7BQZtZW1jcHkAAAZtZW1zZX" +
  "QAAQhzdW1Xb3JkcwACDmpvaW5Gb3VyUGxhbmVzAAMJam9pblBsYW5lAAQKjAcFDgAgACABIAL8CgAAIAALDQAgACABIAL8CwAgAAutAgIFewF/" +
  "AkADQCABRQ0BQYACIAEgAUGAAksbIQggASAIayEBA0AgAP0AAAAhAyADIAP9DQEAAwIFBAcGCQgLCg0MDw4hAyAEIAP9qQH9rgEhBCAFIAP9qg" +
  "H9rgEhBSAGIAT9rgEhBiAHIAX9rgEhByAAQRBqIQAgCEEBayIIDQALIAT9DP//AAD//wAA//8AAP//AAD9TiAEQRD9rQH9rgEhBCAF/Qz//wAA" +
  "//8AAP//AAD//wAA/U4gBUEQ/a0B/a4BIQUgBv0M//8AAP//AAD//wAA//8AAP1OIAZBEP2tAf2uASEGIAf9DP//AAD//wAA//8AAP//AAD9Ti" +
  "AHQRD9rQH9rgEhBwwACwsgAiAE/QsEACACIAX9CwQQIAIgBv0LBCAgAiAH/QsEMAuOBAEGewJAA0AgBEUNASAA/QAAACEFIAAgAWr9AAAAIQYg" +
  "ACABQQF0av0AAAAhByAAIAFBA2xq/QAAACEIIAUgBv0NABABEQISAxMEFAUVBhYHFyEJIAUgBv0NCBgJGQoaCxsMHA0dDh4PHyEKIAcgCP0NAB" +
  "ABEQISAxMEFAUVBhYHFyEFIAcgCP0NCBgJGQoaCxsMHA0dDh4PHyEGIAkgBf0NAAEQEQIDEhMEBRQVBgcWFyEHIAkgBf0NCAkYGQoLGhsMDRwd" +
  "Dg8eHyEIIAogBv0NAAEQEQIDEhMEBRQVBgcWFyEFIAogBv0NCAkYGQoLGhsMDRwdDg8eHyEGIAIgB/1aAAAAIAIgA2ohAiACIAf9WgAAASACIA" +
  "NqIQIgAiAH/VoAAAIgAiADaiECIAIgB/1aAAADIAIgA2ohAiACIAj9WgAAACACIANqIQIgAiAI/VoAAAEgAiADaiECIAIgCP1aAAACIAIgA2oh" +
  "AiACIAj9WgAAAyACIANqIQIgAiAF/VoAAAAgAiADaiECIAIgBf1aAAABIAIgA2ohAiACIAX9WgAAAiACIANqIQIgAiAF/VoAAAMgAiADaiECIA" +
  "IgBv1aAAAAIAIgA2ohAiACIAb9WgAAASACIANqIQIgAiAG/VoAAAIgAiADaiECIAIgBv1aAAADIAIgA2ohAiAAQRBqIQAgBEEBayEEDAALCwsu" +
  "AAJAA0AgA0UNASABIAAtAAA6AAAgAEEBaiEAIAEgAmohASADQQFrIQMMAAsLCw==";

/** The inner loops of reading chunks. */
export interface ChunkKernel {
  memcpy(to: number, from: number, count: number): number;
  memset(to: number, value: number, count: number): number;
  sumWords(at: number, steps: number, out: number): void;
  joinFourPlanes(from: number, plane: number, to: number, stride: number, steps: number): void;
  joinPlane(from: number, to: number, stride: number, count: number): void;
}

/** The assembled bytes. */
export function chunkKernelBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(assembled, "base64"));
}

let compiled: WebAssembly.Module | undefined;

/** The loops at work in a memory. */
export function chunkKernel(memory: WebAssembly.Memory): ChunkKernel {
  compiled ??= new WebAssembly.Module(chunkKernelBytes());
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as WebAssembly.Exports & ChunkKernel;
}
