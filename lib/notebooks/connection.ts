import { randomBytes } from "node:crypto";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { ConnectionInfo } from "./wire.js";

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/**
 * A new connection for a kernel of this machine: five free ports and a key that nobody else knows.
 * @throws the system's error when there are no such ports
 */
export async function newConnection(): Promise<ConnectionInfo> {
  const tries = await Promise.allSettled(Array.from({ length: 5 }, listen));
  const servers = tries.flatMap((tried) => (tried.status === "fulfilled" ? [tried.value] : []));
  const [shell, iopub, stdin, control, heartbeat] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  for (const tried of tries) if (tried.status === "rejected") throw tried.reason;
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomBytes(24).toString("hex"),
    signature_scheme: "hmac-sha256",
    shell_port: shell!,
    iopub_port: iopub!,
    stdin_port: stdin!,
    control_port: control!,
    hb_port: heartbeat!,
  };
}
