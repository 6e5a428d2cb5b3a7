/**
 * A number with what it counts, `1 event` or `1,234 events`.
 * @param one the noun for one
 * @param several the noun for any other number, where it is not `one` with an s
 */
export function counted(count: number, one: string, several: string = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : several}`;
}
