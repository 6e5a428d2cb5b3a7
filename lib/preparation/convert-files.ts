import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../errors.js";
import { type Conversion, type ConvertOptions, convertedName, convertFile } from "./convert-file.js";

/** The files of one of `count` shares, counted from 1. */
export function shareOf(files: readonly string[], { share, count }: { share: number; count: number }): string[] {
  return files.filter((_, i) => i % count === share - 1);
}

/**
 * Converts files, several at a time; what is there already is left as it is.
 * @param onDone called after each file
 * @throws {ConfigError} when two files would get one name
 */
export async function convertFiles(
  inputs: readonly string[],
  folder: string,
  options: ConvertOptions & { readonly parallel: number; readonly overwrite: boolean },
  onDone: (conversion: Conversion) => void = () => {},
): Promise<Conversion[]> {
  const outputs = inputs.map((input) => join(folder, convertedName(input)));
  const twice = outputs.findIndex((output, i) => outputs.indexOf(output) !== i);
  if (twice >= 0) {
    const other = inputs[outputs.indexOf(outputs[twice]!)];
    throw new ConfigError(`${other} and ${inputs[twice]} would both become ${outputs[twice]}`, {
      remedy: "convert one folder at a time, each into its own",
    });
  }
  const conversions: Conversion[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < inputs.length) {
      const i = next++;
      const [input, output] = [inputs[i]!, outputs[i]!];
      const conversion: Conversion =
        existsSync(output) && !options.overwrite
          ? { input, output, outcome: "there already", events: null, reason: null, seconds: 0 }
          : await convertFile(input, output, options);
      conversions[i] = conversion;
      onDone(conversion);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.parallel) }, work));
  return conversions;
}
