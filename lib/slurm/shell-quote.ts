/** One word of a shell command line, quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words of a shell command line. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/**
 * A value in an `#SBATCH` line: sbatch reads quotes and backslashes as a shell does, and nothing else.
 * Line ends cannot be written there and become spaces.
 */
export function sbatchValue(text: string): string {
  const line = text.replace(/[\r\n]+/g, " ");
  return /^[\w@%+=:,./-]+$/.test(line) ? line : `"${line.replace(/["\\]/g, "\\$&")}"`;
}

/** A file name in `--output`, where `%` starts a pattern and a backslash would switch patterns off. */
export function sbatchPath(path: string): string {
  return path.replaceAll("%", "%%");
}
