import { CherenkitError, ConfigError, InputError, OutputError } from "../errors.js";

/** An error as a message between threads. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
  readonly place?: string;
  readonly remedy?: string;
}

/** What another thread must know of an error; the class puts place and remedy under the message again there. */
export function packError(error: unknown): ThreadError {
  const { place, remedy } = error instanceof CherenkitError ? error : { place: undefined, remedy: undefined };
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  return { name, message: message.split(/\n {2}(?:where|remedy): /)[0]!, place, remedy };
}

/** The error that `packError` packed, of the same class. */
export function unpackError({ name, message, place, remedy }: ThreadError): CherenkitError {
  const classes = [InputError, OutputError, ConfigError];
  const made = classes.find((one) => one.name === name) ?? CherenkitError;
  return new made(message, { place, remedy });
}
