import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Something is stored in a way that is not read here, or is damaged: the HDF5 library reads it, or says what is wrong. */
export class UnusualFileError extends Error {}

/**
 * The bytes of a block are not those that were written. HDF5 is not asked: it believes the lengths in them and takes
 * gigabytes, and a failed read leaves the file open in it, so that a good copy under the same name is not read either.
 */
export class DamagedBlockError extends Error {}

/** What an action finds; undefined where the HDF5 library has to be asked, also where something ends too early. */
export function orUnusual<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof UnusualFileError || cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** Bytes of a file by their address. */
export class FileBytes {
  private constructor(
    private readonly file: number,
    private readonly size: number,
  ) {}

  static open(path: string): FileBytes {
    const file = openSync(path, "r");
    return new FileBytes(file, fstatSync(file).size);
  }

  /** Reads `length` bytes into `target` from `offset` on. @throws {UnusualFileError} beyond the end of the file */
  readInto(target: Uint8Array, offset: number, address: number, length: number): void {
    if (!(address >= 0 && length >= 0 && address + length <= this.size)) throw new UnusualFileError("beyond the end");
    if (readSync(this.file, target, offset, length, address) !== length) throw new UnusualFileError("cut off");
  }

  read(address: number, length: number): Buffer {
    if (!(length <= this.size)) throw new UnusualFileError("beyond the end");
    const bytes = Buffer.allocUnsafe(length);
    this.readInto(bytes, 0, address, length);
    return bytes;
  }

  close(): void {
    closeSync(this.file);
  }
}

/** An address or a length; what is no place in a file becomes one beyond its end. */
export function address(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}
