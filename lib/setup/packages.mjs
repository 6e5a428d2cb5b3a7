import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.mjs";
import { SetupError } from "./report.mjs";

export function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/**
 * Packages whose installed version differs from the lock file, e.g. `["zod: 4.6.7 wanted, none installed"]`.
 * Compared with npm's own record in node_modules, so that an installation made by hand counts.
 */
export function packageProblems() {
  const hidden = join(root, "node_modules/.package-lock.json");
  if (!existsSync(hidden)) return ["node_modules is missing or incomplete"];
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(hidden, "utf8")).packages;
  const problems = [];
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") || entry.link) continue;
    const found = installed[path]?.version;
    if (found === entry.version && existsSync(join(root, path, "package.json"))) continue;
    if (entry.optional && !found) continue;
    problems.push(`${path.slice("node_modules/".length)}: ${entry.version} wanted, ${found ?? "none"} installed`);
  }
  return problems;
}

/** `npm ci` of exactly what the lock file names. `onStart` is told the child's process id. */
export function installPackages(onStart) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const args = [...npm.slice(1), "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"];
  args.push("--fetch-retries=1");
  return new Promise((resolve, reject) => {
    const child = spawn(npm[0], args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    child.on("error", (error) => reject(new SetupError(`npm could not be started: ${error.message}`, "install npm")));
    child.on("spawn", () => onStart(child.pid));
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const lines = errors.split("\n").filter((line) => line.startsWith("npm error"));
      const remedy = /ENOSPC/.test(errors)
        ? "free some space (node_modules needs 0.6 GB), then run set-up again"
        : /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(errors)
          ? "check the connection to the package registry (npm config get registry), then run set-up again"
          : "run `npm ci --ignore-scripts` to see the whole message";
      reject(new SetupError(`npm ci ended with code ${code}\n${lines.slice(0, 8).join("\n")}`, remedy));
    });
  });
}
