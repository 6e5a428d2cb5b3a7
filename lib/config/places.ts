import { isDeepStrictEqual } from "node:util";
import { describeValue } from "./json-schema.js";
import { type KeyPath, type Problem, placeOf, type YamlSource } from "./yaml-source.js";

/** `training_model.TrainCTLearnModel`. */
export const train: KeyPath = ["training_model", "TrainCTLearnModel"];
/** `training_model.TrainCTLearnModel.DLImageReader`. */
export const trainReader: KeyPath = [...train, "DLImageReader"];
/** `testing_model.PredictCTLearnModel`. */
export const predict: KeyPath = ["testing_model", "PredictCTLearnModel"];

/** A value that may be given alone or as a list, as a list. */
export function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** Gathers contradictions while values are read from several places of a file. */
export class Places {
  readonly source: YamlSource;
  readonly problems: Problem[];

  constructor(source: YamlSource, problems: Problem[]) {
    this.source = source;
    this.problems = problems;
  }

  at(path: KeyPath): string {
    return placeOf(this.source, path);
  }

  problem(path: KeyPath, message: string): void {
    this.problems.push({ place: this.at(path), message });
  }

  /** Two keys that cannot both be right; names both and their lines. */
  contradiction(a: KeyPath, b: KeyPath, why: string): void {
    this.problem(a, `${a.join(".")} contradicts ${b.join(".")} (${this.at(b)}): ${why}`);
  }

  /** The one value that several keys give; those left out do not count. Different values are a problem. */
  agree<T>(choices: readonly (readonly [KeyPath, T | undefined])[]): T | undefined {
    const given = choices.filter(([, value]) => value !== undefined);
    const first = given[0];
    if (!first) return undefined;
    for (const other of given.slice(1)) {
      if (isDeepStrictEqual(first[1], other[1])) continue;
      this.contradiction(first[0], other[0], `${describeValue(first[1])} here, ${describeValue(other[1])} there`);
    }
    return first[1];
  }
}
