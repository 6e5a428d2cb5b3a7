import { readFileSync } from "node:fs";

/** Files in which Linux counts the processes of our control group that it ended for want of memory (cgroup 1 and 2). */
function counterFiles(): string[] {
  let groups: string;
  try {
    groups = readFileSync("/proc/self/cgroup", "utf8");
  } catch {
    return [];
  }
  return groups.split("\n").flatMap((line) => {
    const [, controllers, path] = line.match(/^\d+:([^:]*):(.*)$/) ?? [];
    if (controllers?.split(",").includes("memory")) return [`/sys/fs/cgroup/memory${path}/memory.oom_control`];
    return controllers === "" ? [`/sys/fs/cgroup${path}/memory.events`] : [];
  });
}

/** How many processes of our control group were ended because memory ran out, ever; null when Linux does not tell. */
export function outOfMemoryKills(): number | null {
  for (const file of counterFiles()) {
    try {
      const count = readFileSync(file, "utf8").match(/^oom_kill (\d+)$/m)?.[1];
      if (count !== undefined) return Number(count);
    } catch {
      // Not mounted here.
    }
  }
  return null;
}
