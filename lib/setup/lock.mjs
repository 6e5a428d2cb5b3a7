import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockFile } from "./folders.mjs";
import { announce } from "./report.mjs";

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Takes the lock of this checkout; waits while another set-up, or the npm that a killed set-up left behind, is alive.
 * @returns {Promise<{ child(pid: number): void, release(): void }>}
 */
export async function takeLock() {
  mkdirSync(dirname(lockFile), { recursive: true });
  let waited = false;
  for (;;) {
    try {
      writeFileSync(lockFile, JSON.stringify([process.pid]), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owners = [];
    try {
      owners = JSON.parse(readFileSync(lockFile, "utf8"));
    } catch {
      // removed, or being written, between the two calls
    }
    if (owners.length > 0 && !owners.some(alive)) rmSync(lockFile, { force: true });
    else {
      if (!waited) announce("another set-up of this folder is running, waiting for it");
      waited = true;
      await sleep(500);
    }
  }
  return {
    child: (pid) => writeFileSync(lockFile, JSON.stringify([process.pid, pid])),
    release: () => rmSync(lockFile, { force: true }),
  };
}
