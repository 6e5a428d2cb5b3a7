import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "../shared-data.js";

export const prod6File = "dl2/prod6_LaPalma-20deg_gamma_cone.N.Am-4LSTs09MSTs_reduced.fits";

const readers: Readonly<Record<string, readonly [number, (view: DataView, at: number) => number]>> = {
  D: [8, (view, at) => view.getFloat64(at)],
  E: [4, (view, at) => view.getFloat32(at)],
  J: [4, (view, at) => view.getInt32(at)],
  K: [8, (view, at) => Number(view.getBigInt64(at))],
  B: [1, (view, at) => view.getUint8(at)],
};

/** Columns of a FITS table of scalar numbers, by the extension's name. */
export function readFitsTable(bytes: Buffer, extension: string): Map<string, Float64Array> {
  let at = 0;
  while (at < bytes.length) {
    const cards = new Map<string, string>();
    let end = false;
    while (!end) {
      for (let card = 0; card < 36 && !end; card++) {
        const text = bytes.toString("latin1", at + card * 80, at + card * 80 + 80);
        if (text.startsWith("END")) end = true;
        else cards.set(text.slice(0, 8).trim(), text.slice(10).split("/")[0]!.replaceAll("'", "").trim());
      }
      at += 2880;
    }
    const [width, rows] = [Number(cards.get("NAXIS1") ?? 0), Number(cards.get("NAXIS2") ?? 0)];
    if (cards.get("EXTNAME") === extension) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, width * rows);
      let offset = 0;
      const columns = new Map<string, Float64Array>();
      for (let field = 1; field <= Number(cards.get("TFIELDS")); field++) {
        const [size, read] = readers[cards.get(`TFORM${field}`)!.replace(/^1/, "")]!;
        const from = offset;
        columns.set(
          cards.get(`TTYPE${field}`)!,
          Float64Array.from({ length: rows }, (_, row) => read(view, row * width + from)),
        );
        offset += size;
      }
      return columns;
    }
    at += Math.ceil((width * rows) / 2880) * 2880;
  }
  throw new Error(`no extension ${extension}`);
}

/** The 2000 gammas of CTAO's prod6 event list at zenith 20°, as Eventdisplay reconstructed them. */
export function prod6Events(): Map<string, Float64Array> {
  return readFitsTable(readFileSync(join(sharedData, prod6File)), "EVENTS");
}
