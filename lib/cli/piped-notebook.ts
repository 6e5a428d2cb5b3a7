import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeTemporaryFolder, temporaryFileError } from "../files/temporary-folder.js";

/** The word that stands for stdin or stdout, as for other programs. */
export const pipe = "-";

/** Files in place of stdin and stdout, for as long as the work on a notebook takes. */
export interface PipedNotebook {
  readonly input: string;
  readonly output: string;
  /** Writes to stdout what has become of the output, also of a run that failed, and removes the files. */
  end(): Promise<void>;
}

/** Lets `-` stand for a notebook that comes on stdin, and for one that goes to stdout. */
export async function pipedNotebook(input: string, output: string): Promise<PipedNotebook> {
  if (input !== pipe && output !== pipe) return { input, output, end: async () => {} };
  const folder = await makeTemporaryFolder("cherenkit-pipe-");
  const files = { input: join(folder, "in.ipynb"), output: join(folder, "out.ipynb") };
  if (input === pipe) {
    try {
      await pipeline(process.stdin, createWriteStream(files.input));
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw temporaryFileError(cause);
    }
  }
  return {
    input: input === pipe ? files.input : input,
    output: output === pipe ? files.output : output,
    async end() {
      try {
        // Nothing was written when the run could not begin.
        if (output === pipe)
          await pipeline(createReadStream(files.output), process.stdout, { end: false }).catch((error) => {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
          });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
