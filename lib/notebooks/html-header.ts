import { duration } from "../display/duration.js";
import { escapeHtml } from "../display/mime-bundle.js";
import { literal } from "./literal.js";
import type { EarlierAttempt, RunRecord } from "./run-record.js";

const labels: Readonly<Record<RunRecord["status"], string>> = {
  completed: "completed",
  failed: "failed",
  interrupted: "interrupted, saved",
  timeout: "stopped: a cell took too long",
  killed: "the kernel died",
  running: "running",
};

const attemptSeconds = ({ startedAt, endedAt }: EarlierAttempt): number =>
  endedAt === null ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;

function restartFacts({ earlier = [], seconds }: RunRecord): [string, string][] {
  if (earlier.length === 0) return [];
  const total = earlier.reduce((sum, attempt) => sum + attemptSeconds(attempt), seconds);
  return [
    ["Restarts", String(earlier.length)],
    ["All attempts", duration(total)],
  ];
}

function earlierTable({ earlier = [] }: RunRecord): string {
  if (earlier.length === 0) return "";
  const rows = earlier.map((attempt, i) => {
    const cells = [
      String(i + 1),
      `${attempt.startedAt.slice(0, 19).replace("T", " ")} UTC`,
      attempt.endedAt === null ? "–" : duration(attemptSeconds(attempt)),
      attempt.host,
      attempt.ending,
    ];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  const head = ["attempt", "started", "duration", "machine", "ended"].map((name) => `<th scope="col">${name}</th>`);
  return `<table class="parameters"><caption>Earlier attempts, which this run goes on from</caption><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function facts(run: RunRecord): [string, string][] {
  const started = `${run.startedAt.slice(0, 19).replace("T", " ")} UTC`;
  const job = run.slurm.SLURM_JOB_ID;
  const task = run.slurm.SLURM_ARRAY_TASK_ID;
  return [
    ["Started", started],
    ["Duration", duration(run.seconds)],
    ...restartFacts(run),
    ["Machine", run.host],
    ...(job ? [["SLURM job", task ? `${run.slurm.SLURM_ARRAY_JOB_ID ?? job}_${task}` : job] as [string, string]] : []),
    ...(run.gitCommit ? [["Commit", run.gitCommit.replace(/^(.{10})[^+]*/, "$1")] as [string, string]] : []),
    ["Versions", `cherenkit ${run.cherenkit}, Node ${run.node.replace(/^v/, "")}`],
    ...(run.peakMemoryBytes
      ? [["Peak memory", `${(run.peakMemoryBytes / 1e9).toFixed(2)} GB`] as [string, string]]
      : []),
    ...(run.peakGpuMemoryBytes
      ? [["Peak GPU memory", `${(run.peakGpuMemoryBytes / 1e9).toFixed(2)} GB`] as [string, string]]
      : []),
  ];
}

function parametersTable(parameters: RunRecord["parameters"]): string {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return "";
  const rows = entries.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(literal(value, "typescript"))}</code></td></tr>`,
  );
  return `<table class="parameters"><caption>Parameters</caption><tbody>${rows.join("")}</tbody></table>`;
}

function banner(run: RunRecord): string {
  if (run.status === "completed" || run.status === "running") return "";
  const what = run.error ? `${run.error.name}: ${run.error.value}` : labels[run.status];
  const where = run.failedCell === undefined ? "" : ` <a href="#failed-cell">Go to the cell, [${run.failedCell}]</a>`;
  return `<div class="banner ${run.status}"><p>${escapeHtml(what)}</p>${where}</div>`;
}

/**
 * The top of the page: what was run, how it ended, when, where and with which parameters.
 * @param isHeading whether the title is the page's only heading of the first level
 */
export function renderHeader(title: string, run: RunRecord | undefined, isHeading: boolean): string {
  const element = isHeading ? "h1" : "span";
  const badge = run ? `<span class="badge ${run.status}">${labels[run.status]}</span>` : "";
  const list = run
    ? `<dl>${facts(run)
        .map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`)
        .join("")}</dl>`
    : "";
  return `<header class="run">
<div class="title"><${element} class="name">${escapeHtml(title)}</${element}>${badge}<button type="button" id="toggle-code">Code on/off</button></div>
${list}${run ? parametersTable(run.parameters) : ""}${run ? earlierTable(run) : ""}${run ? banner(run) : ""}
</header>`;
}
