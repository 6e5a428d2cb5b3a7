import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChunkKernel, chunkKernel } from "./chunk-kernel.js";
import { DamagedBlockError, UnusualFileError } from "./file-bytes.js";

const pageBytes = 65_536;
const stackBytes = 512 * 1024;

interface ZstdExports {
  readonly __wasm_apply_data_relocs?: () => void;
  readonly __wasm_call_ctors?: () => void;
  ZSTD_createDCtx(): number;
  ZSTD_decompressDCtx(context: number, to: number, room: number, from: number, bytes: number): number;
}

/** An unsigned LEB128 number, and where it ends. */
function leb128(bytes: Uint8Array, at: number): [value: number, end: number] {
  let [value, shift, end] = [0, 0, at];
  for (let byte = 0x80; byte & 0x80; shift += 7) {
    byte = bytes[end++]!;
    value |= (byte & 0x7f) << shift;
  }
  return [value, end];
}

/** Bytes of data and places for functions that a dynamic library asks for (WebAssembly dynamic linking, `dylink.0`). */
function needsOf(library: WebAssembly.Module): { data: number; functions: number } {
  const bytes = new Uint8Array(WebAssembly.Module.customSections(library, "dylink.0")[0] ?? new ArrayBuffer(0));
  const memoryInfo = 1;
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]!;
    const [length, begin] = leb128(bytes, at + 1);
    if (kind === memoryInfo) {
      const [data, afterData] = leb128(bytes, begin);
      const [, afterAlignment] = leb128(bytes, afterData);
      return { data, functions: leb128(bytes, afterAlignment)[0] };
    }
    at = begin + length;
  }
  throw new UnusualFileError("h5wasm-plugins holds another kind of library");
}

let compiled: WebAssembly.Module | undefined;

function library(): WebAssembly.Module {
  const plugins = dirname(fileURLToPath(import.meta.resolve("h5wasm-plugins")));
  compiled ??= new WebAssembly.Module(readFileSync(join(plugins, "plugins/libH5Zblosc.so")));
  return compiled;
}

/**
 * The zstd that h5wasm's plugin for blosc brings along, by itself: without HDF5 around it blocks are decompressed in the
 * memory where they are read to, and looked at there.
 */
export class Zstd {
  readonly memory: WebAssembly.Memory;
  readonly kernel: ChunkKernel;
  private readonly exports: ZstdExports;
  private readonly context: number;
  private free: number;

  constructor() {
    const module = library();
    const { data, functions } = needsOf(module);
    this.memory = new WebAssembly.Memory({ initial: 32, maximum: 65_536 });
    this.kernel = chunkKernel(this.memory);
    this.free = stackBytes + data;
    const { memcpy, memset } = this.kernel;
    const malloc = (bytes: number): number => this.allocate(bytes);
    const global = (value: number, mutable = false): WebAssembly.Global =>
      new WebAssembly.Global({ value: "i32", mutable }, value);
    const given: Record<string, WebAssembly.ImportValue> = {
      memory: this.memory,
      __indirect_function_table: new WebAssembly.Table({ element: "anyfunc", initial: functions + 1 }),
      __stack_pointer: global(stackBytes, true),
      __memory_base: global(stackBytes),
      __table_base: global(1),
      memcpy,
      memmove: memcpy,
      memset,
      malloc,
      calloc: (count: number, bytes: number) => memset(malloc(count * bytes), 0, count * bytes),
      free: () => undefined, // nothing is allocated while it works
    };
    const imports: WebAssembly.Imports = {};
    for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
      imports[space] ??= {};
      imports[space][name] =
        given[name] ??
        (kind === "global"
          ? global(0, true)
          : () => {
              throw new UnusualFileError(`zstd called ${name}`);
            });
    }
    this.exports = new WebAssembly.Instance(module, imports).exports as WebAssembly.Exports & ZstdExports;
    this.exports.__wasm_apply_data_relocs?.();
    this.exports.__wasm_call_ctors?.();
    this.context = this.exports.ZSTD_createDCtx();
  }

  /** Room in the memory, for good. Views of the memory made before are not valid any more. */
  allocate(bytes: number): number {
    const at = Math.ceil(this.free / 64) * 64;
    this.free = at + bytes;
    const missing = Math.ceil((this.free - this.memory.buffer.byteLength) / pageBytes);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Decompresses a frame within the memory. @throws {DamagedBlockError} unless it has exactly `size` bytes */
  decompress(from: number, bytes: number, to: number, size: number): void {
    const found = this.exports.ZSTD_decompressDCtx(this.context, to, size, from, bytes);
    if (found !== size) throw new DamagedBlockError("zstd: the block cannot be decompressed");
  }
}
