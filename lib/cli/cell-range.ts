import { InvalidArgumentError } from "commander";

/** `3`, `2,5-7` → the numbers of cells. */
export function cellNumbers(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [, first, last] = part.match(/^(\d+)(?:-(\d+))?$/) ?? [];
    if (!first || Number(last ?? first) < Number(first) || Number(last ?? first) - Number(first) > 10_000)
      throw new InvalidArgumentError("numbers of cells are needed, such as 2,5-7");
    return Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
}

/** `NAME=env:VARIABLE`, `NAME`: a secret and the variable of our environment that holds it. */
export function secretSource(text: string, previous: Record<string, string>): Record<string, string> {
  const [, name, variable] = text.match(/^([A-Za-z_]\w*)(?:=env:([A-Za-z_]\w*))?$/) ?? [];
  if (!name) throw new InvalidArgumentError("NAME=env:VARIABLE is needed");
  return { ...previous, [name]: variable ?? name };
}
