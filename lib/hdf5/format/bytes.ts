/** A growing little-endian byte buffer. */
export class Bytes {
  private buffer: Buffer = Buffer.alloc(256);
  length = 0;

  private reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    return at;
  }

  u8(...values: number[]): this {
    const at = this.reserve(values.length);
    for (const [i, value] of values.entries()) this.buffer.writeUInt8(value, at + i);
    return this;
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.buffer.writeUInt16LE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.reserve(4);
    this.buffer.writeUInt32LE(value, at);
    return this;
  }

  u64(value: number | bigint): this {
    const at = this.reserve(8);
    this.buffer.writeBigUInt64LE(BigInt(value), at);
    return this;
  }

  ascii(text: string): this {
    return this.raw(Buffer.from(text, "latin1"));
  }

  raw(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.reserve(count);
    this.buffer.fill(0, at, at + count);
    return this;
  }

  /** Zeros up to the next multiple of `size`. */
  pad(size: number): this {
    return this.zeros((size - (this.length % size)) % size);
  }

  done(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }
}

/** The address that means "none" in the HDF5 file format. */
export const undefinedAddress = 0xffff_ffff_ffff_ffffn;
