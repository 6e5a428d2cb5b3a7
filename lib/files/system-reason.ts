/**
 * Why the system refused something.
 * @param words what to say of its codes (`ENOENT`)
 * @param other what to say of all others; its own message when absent
 */
export function systemReason(cause: unknown, words: Readonly<Record<string, string>>, other?: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return words[code ?? ""] ?? other ?? message;
}
