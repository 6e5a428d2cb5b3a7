/** Where a compressed block of a table lies in a file of the older HDF5 layout, as PyTables writes it. */
export interface StoredChunk {
  readonly at: number;
  readonly bytes: number;
}

/** The blocks of all one-dimensional tables: leaves of the B-trees (version 1) that index them. */
export function storedChunks(file: Buffer): StoredChunk[] {
  const chunks: StoredChunk[] = [];
  for (let node = file.indexOf("TREE"); node >= 0; node = file.indexOf("TREE", node + 4)) {
    const [type, level] = [file[node + 4], file[node + 5]];
    if (type !== 1 || level !== 0) continue;
    // Key: size, filters switched off, place along the rows, place within a row; then the address.
    const entries = file.readUInt16LE(node + 6);
    for (let i = 0, key = node + 24; i < entries; i++, key += 32) {
      chunks.push({ bytes: file.readUInt32LE(key), at: Number(file.readBigUInt64LE(key + 24)) });
    }
  }
  return chunks;
}
