import type { OutputError } from "../errors.js";
import { openPatientFile, type PatientFile } from "../files/patient-file.js";
import type { CellOutput } from "../notebooks/execute.js";

/** Files that get what the cells print, line by line as it comes. */
export interface StreamFiles {
  take(output: CellOutput): void;
  /** @throws {OutputError} when something could not be written */
  finish(): void;
  close(): void;
}

/**
 * @param files where stdout and stderr of the cells go; both may be the same file
 * @param onTrouble told when one cannot be written for now
 * @throws {OutputError} when one cannot be opened
 */
export function openStreamFiles(
  files: { readonly stdout?: string; readonly stderr?: string },
  onTrouble: (error: OutputError) => void,
): StreamFiles {
  const open = new Map<string, PatientFile>();
  const gap = (pieces: number): string => `[${pieces} lines found no room on the disk]\n`;
  for (const file of new Set([files.stdout, files.stderr]))
    if (file !== undefined) open.set(file, openPatientFile(file, "w", gap, onTrouble));
  return {
    take({ kind, text }) {
      const file = kind === "stdout" ? files.stdout : kind === "stderr" ? files.stderr : undefined;
      if (file !== undefined) open.get(file)!.add(text);
    },
    finish() {
      for (const file of open.values()) file.finish();
    },
    close() {
      for (const file of open.values()) file.close();
    },
  };
}
