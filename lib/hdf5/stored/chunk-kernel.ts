/** `chunkKernelWat`, assembled. */
const assembled =
  "AGFzbQEAAAABHQRgA39/fwF/YAN/f38AYAV/f39/fwBgBH9/f38AAg8BA2VudgZtZW1vcnkCAAADBwYAAAECAwMHSgYGbWVtY3B5AAAGbWVtc2V0" +
  "AAEIc3VtV29yZHMAAg5qb2luRm91clBsYW5lcwADDHNwcmVhZEZsb2F0cwAECWpvaW5QbGFuZQAFCuwIBg4AIAAgASAC/AoAACAACw0AIAAgASAC" +
  "/AsAIAALrQICBXsBfwJAA0AgAUUNAUGAAiABIAFBgAJLGyEIIAEgCGshAQNAIAD9AAAAIQMgAyAD/Q0BAAMCBQQHBgkICwoNDA8OIQMgBCAD/akB" +
  "/a4BIQQgBSAD/aoB/a4BIQUgBiAE/a4BIQYgByAF/a4BIQcgAEEQaiEAIAhBAWsiCA0ACyAE/Qz//wAA//8AAP//AAD//wAA/U4gBEEQ/a0B/a4B" +
  "IQQgBf0M//8AAP//AAD//wAA//8AAP1OIAVBEP2tAf2uASEFIAb9DP//AAD//wAA//8AAP//AAD9TiAGQRD9rQH9rgEhBiAH/Qz//wAA//8AAP//" +
  "AAD//wAA/U4gB0EQ/a0B/a4BIQcMAAsLIAIgBP0LBAAgAiAF/QsEECACIAb9CwQgIAIgB/0LBDALjgQBBnsCQANAIARFDQEgAP0AAAAhBSAAIAFq" +
  "/QAAACEGIAAgAUEBdGr9AAAAIQcgACABQQNsav0AAAAhCCAFIAb9DQAQARECEgMTBBQFFQYWBxchCSAFIAb9DQgYCRkKGgsbDBwNHQ4eDx8hCiAH" +
  "IAj9DQAQARECEgMTBBQFFQYWBxchBSAHIAj9DQgYCRkKGgsbDBwNHQ4eDx8hBiAJIAX9DQABEBECAxITBAUUFQYHFhchByAJIAX9DQgJGBkKCxob" +
  "DA0cHQ4PHh8hCCAKIAb9DQABEBECAxITBAUUFQYHFhchBSAKIAb9DQgJGBkKCxobDA0cHQ4PHh8hBiACIAf9WgAAACACIANqIQIgAiAH/VoAAAEg" +
  "AiADaiECIAIgB/1aAAACIAIgA2ohAiACIAf9WgAAAyACIANqIQIgAiAI/VoAAAAgAiADaiECIAIgCP1aAAABIAIgA2ohAiACIAj9WgAAAiACIANq" +
  "IQIgAiAI/VoAAAMgAiADaiECIAIgBf1aAAAAIAIgA2ohAiACIAX9WgAAASACIANqIQIgAiAF/VoAAAIgAiADaiECIAIgBf1aAAADIAIgA2ohAiAC" +
  "IAb9WgAAACACIANqIQIgAiAG/VoAAAEgAiADaiECIAIgBv1aAAACIAIgA2ohAiACIAb9WgAAAyACIANqIQIgAEEQaiEAIARBAWshBAwACwsL3gEC" +
  "AXsBfwJAA0AgA0EESQ0BIAD9AAAAIQQgBCAE/QwAAIB/AACAfwAAgH8AAIB//U79DAAAgH8AAIB/AACAfwAAgH/9OP1OIQQgASAE/VoAAAAgASAC" +
  "aiEBIAEgBP1aAAABIAEgAmohASABIAT9WgAAAiABIAJqIQEgASAE/VoAAAMgASACaiEBIABBEGohACADQQRrIQMMAAsLAkADQCADRQ0BIAAoAAAh" +
  "BSABQQAgBSAFQYCAgPwHcUGAgID8B0YbNgAAIABBBGohACABIAJqIQEgA0EBayEDDAALCwsuAAJAA0AgA0UNASABIAAtAAA6AAAgAEEBaiEAIAEg" +
  "AmohASADQQFrIQMMAAsLCw==";

/** The inner loops of reading chunks. */
export interface ChunkKernel {
  memcpy(to: number, from: number, count: number): number;
  memset(to: number, value: number, count: number): number;
  sumWords(at: number, steps: number, out: number): void;
  joinFourPlanes(from: number, plane: number, to: number, stride: number, steps: number): void;
  spreadFloats(from: number, to: number, stride: number, count: number): void;
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
