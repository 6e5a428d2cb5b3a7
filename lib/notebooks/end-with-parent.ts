import { spawn } from "node:child_process";
import type { Socket } from "node:net";

/** Ends this process when the one that started it is gone; a kernel whose client has died would wait for ever. */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 2000).unref();
}

/**
 * Lets a small shell end a process group when this process ends without having done so itself, whatever the group is
 * busy with: the shell waits for the end of a pipe that only this process holds open.
 * @returns a function that takes this back
 */
export function endGroupWithUs(group: number): () => void {
  const watch = spawn("/bin/sh", ["-c", `read _; kill -9 -${group}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watch.on("error", () => {}); // without a shell the kernel's own look at its parent must do
  watch.unref();
  (watch.stdin as Socket).unref();
  return () => {
    watch.kill("SIGKILL");
  };
}
