import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Where a kernel listens: the content of Jupyter's connection file. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly kernel_name?: string;
}

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** One message of Jupyter's protocol 5.3. */
export interface Message {
  /** Routing frames in front of the delimiter; a subscriber sees the topic here. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

const delimiter = "<IDS|MSG>";

export function newHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "cherenkit",
    date: new Date().toISOString(),
    version: "5.3",
  };
}

function sign(key: string, parts: readonly (string | Uint8Array)[]): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** The frames of a message, signed with the connection's key. */
export function encodeMessage(message: Message, key: string): (string | Uint8Array)[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) => JSON.stringify(part));
  return [...message.identities, delimiter, sign(key, parts), ...parts];
}

/** A message with the right signature that is none all the same: its sender makes mistakes. */
export class UnreadableMessage extends Error {
  override readonly name: string = "UnreadableMessage";
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function parsePart(part: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(part.toString("utf8"));
  } catch (cause) {
    throw new UnreadableMessage(`it is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(value)) throw new UnreadableMessage(`an object is needed, not ${part.toString("utf8", 0, 40)}`);
  return value;
}

/**
 * Reads the frames of a message.
 * @throws {UnreadableMessage} when its parts are not what the protocol says
 * @throws {Error} when the frames are no message or the signature is wrong
 */
export function decodeMessage(frames: readonly Buffer[], key: string): Message {
  const at = frames.findIndex((frame) => frame.toString("latin1") === delimiter);
  const parts = frames.slice(at + 2, at + 6);
  if (at < 0 || parts.length < 4) throw new Error("not a Jupyter message");
  const expected = Buffer.from(sign(key, parts));
  const given = frames[at + 1]!;
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw new Error("wrong signature");
  const [header, parent, metadata, content] = parts.map(parsePart) as [
    Header & Record<string, unknown>,
    ...Record<string, unknown>[],
  ];
  if (typeof header.msg_type !== "string") throw new UnreadableMessage("it has no msg_type");
  return { identities: frames.slice(0, at), header, parent: parent!, metadata: metadata!, content: content! };
}
