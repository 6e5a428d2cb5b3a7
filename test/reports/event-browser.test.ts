import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Figure } from "../../lib/figures/figure.js";
import { type EventBrowser, openEvents } from "../../lib/reports/event-browser.js";
import { simulate } from "../../lib/simulation/simulate.js";

let folder: string;
let events: EventBrowser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-browser-"));
  const [file] = await simulate({ events: 40, seed: 11, output: folder, particles: ["gamma"] });
  events = await openEvents(file!.path);
});
after(() => rm(folder, { recursive: true, force: true }));

/** An event that both telescopes saw. */
function stereo(): { obsId: number; eventId: number } {
  const found = events.images.find(
    (image) =>
      events.images.filter(({ eventId, obsId }) => eventId === image.eventId && obsId === image.obsId).length === 2,
  );
  assert.ok(found, "no event was seen by both telescopes");
  return found;
}

const marks = (figure: Figure, name: string): number => figure.data.filter((trace) => trace.name === name).length;

test("an event is shown in all telescopes that saw it, each with its ellipse and the true direction", async () => {
  const { obsId, eventId } = stereo();
  const figure = await events.displayEvent(obsId, eventId);
  assert.match(figure.description, /gamma, .* TeV, event \d+ of run \d+: SST-1M-1 \(1\), SST-1M-2 \(2\)/);
  assert.equal(marks(figure, "Hillas ellipse"), 2);
  assert.equal(marks(figure, "true direction"), 2);
  assert.deepEqual(new Set(figure.data.map(({ xaxis }) => xaxis)), new Set(["x", "x2"]));
});

test("the truth of an event agrees with its images", async () => {
  const image = events.images[0]!;
  const { rows } = await events.truth(image.obsId, image.eventId);
  const facts = new Map(rows.map(([name, value]) => [name, value]));
  assert.equal(facts.get("particle"), "gamma");
  assert.ok(Math.abs(Number(facts.get("energy [TeV]")) / image.trueEnergyTeV - 1) < 1e-4);
  assert.ok(Number.isFinite(facts.get("core, to the west [m]")));
});

test("an event that is not there is one error with a remedy", async () => {
  const missing = { name: "InputError", message: /has no event 999999 of observation 1[\s\S]*remedy/ };
  await assert.rejects(events.displayEvent(1, 999_999), missing);
  await assert.rejects(events.truth(1, 999_999), missing);
  await assert.rejects(events.display(1, 999_999, 1), /has no image of event 999999/);
  await assert.rejects(events.display(1, 1, 7), /has no telescope 7; it has 1, 2/);
});

test("the distributions count every image once", () => {
  const intensity = events.distributions().data[0]!.y as number[];
  // The last point of a step line repeats the bin before it.
  const counted = intensity.slice(0, -1).reduce((sum, count) => sum + count, 0);
  assert.equal(counted, events.images.filter(({ intensity: light }) => light > 0).length);
});

test("mappers are compared by charge, cells and time, and one that does not fit is named with the reason", async () => {
  const { obsId, eventId, telId } = events.brightest(1).ids[0]!;
  const comparison = await events.compareMappers(obsId, eventId, telId);
  const by = new Map(comparison.results.map((result) => [result.mapper, result]));
  assert.equal(by.size, 8);
  for (const name of ["AxialMapper", "ShiftingMapper", "OversamplingMapper", "HexagdlyMapper"]) {
    assert.ok(Math.abs(by.get(name)!.chargeKept - 1) < 1e-4, `${name} keeps ${by.get(name)!.chargeKept}`);
  }
  assert.deepEqual([by.get("BilinearMapper")!.height, by.get("AxialMapper")!.height], [96, 48]);
  assert.match(comparison.refused.get("SquareMapper")!, /square pixels/);
  assert.equal(comparison.figure().data.length, 8);
  assert.ok(comparison.results.every(({ buildMs, mapMs }) => buildMs > 0 && mapMs > 0));
});
