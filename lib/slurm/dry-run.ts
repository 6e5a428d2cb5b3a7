import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { counted } from "../display/counted.js";
import { ConfigError, InputError } from "../errors.js";
import { makeTemporaryFolder } from "../files/temporary-folder.js";
import { batchScript } from "./batch-script.js";
import { type Job, type ScriptOptions, scriptFile } from "./job.js";
import { checkResources } from "./partition.js";
import { shellWord } from "./shell-quote.js";
import { SlurmError, slurm } from "./slurm-command.js";

/** What SLURM says of a script without taking it; null when it does not answer. */
async function testOnly(text: string): Promise<string | null> {
  const folder = await makeTemporaryFolder("cherenkit-");
  try {
    const script = join(folder, scriptFile);
    await writeFile(script, text);
    // The answer comes on stderr; that there is no error is the answer.
    await slurm("sbatch", ["--test-only", script]);
    return "SLURM would take it";
  } catch (error) {
    if (error instanceof InputError) return "SLURM is not here, it was not asked";
    if (error instanceof SlurmError && error.busy) return null;
    if (error instanceof SlurmError) return `SLURM would refuse it: ${error.said}`;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The scripts that would be submitted, with what SLURM says of them as comments, so that bash can run one; nothing is written. */
export async function dryRun(
  jobs: readonly Job[],
  settings: ScriptOptions,
  options: { askSlurm: boolean; check: boolean },
): Promise<string> {
  const parts: string[] = [];
  let { askSlurm } = options;
  for (const job of jobs) {
    const text = batchScript(job, settings);
    const common = text.indexOf("# ---- The same for every job");
    const answer = askSlurm ? await testOnly(text) : null;
    const silent = askSlurm && answer === null;
    if (silent) askSlurm = false;
    const waits = job.waitsFor.map(({ kind, job: other }) => `${kind} ${"id" in other ? other.id : other.key}`);
    parts.push(
      [
        `# ==> ${job.key}: ${join(job.folder, scriptFile)}`,
        `#     ${counted(job.tasks.length, "task")}${waits.length > 0 ? `, waits for ${waits.join(", ")}` : ""}`,
        ...(silent ? ["#     SLURM does not answer, it is not asked any more"] : []),
        ...(answer ? [answer.replace(/^/gm, "#     ")] : []),
        "",
        text.slice(0, common).trimEnd(),
        `. ${shellWord(join(settings.project, "slurm/batch.sh"))} # the same for every job`,
      ].join("\n"),
    );
  }
  if (askSlurm && options.check) {
    try {
      await checkResources(jobs);
    } catch (error) {
      // Without SLURM nothing can be said; what the cluster cannot run was shown above, and is explained here.
      if (error instanceof ConfigError) parts.push(error.message.replace(/^/gm, "# "));
      else if (!(error instanceof InputError)) throw error;
    }
  }
  return parts.join("\n\n");
}
