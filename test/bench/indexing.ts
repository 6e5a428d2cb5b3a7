import { openExamples } from "../../lib/events/open-examples.js";
import { readerConfig } from "../events/reader-config.js";
import "./bench.js";

/**
 * Time and memory of opening and indexing DL1 files: `node dist/test/bench/indexing.js FILE…`. Many large files without
 * images come from `python large-tables.py TEMPLATE FOLDER FILES EVENTS`, the template from `cherenkit simulate`.
 */
const files = process.argv.slice(2);
const began = performance.now();
const criterion = "hillas_intensity > 50";
const reader = readerConfig({ qualityCriteria: [{ name: criterion, expression: criterion }] });
const examples = await openExamples(files, null, reader);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
const facts = {
  files: files.length,
  images: examples.rows,
  events: examples.summary().rows.reduce((sum, row) => sum + Number(row[4]), 0),
  seconds: Number(seconds.toFixed(2)),
  processorSeconds: Number(((user + system) / 1e6).toFixed(2)),
  peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(JSON.stringify(facts));
