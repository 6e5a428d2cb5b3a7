import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { expandChannels } from "../../lib/config/channel.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { needsPeers, peersPython } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";
import { readerConfig } from "./reader-config.js";

const official = "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5";
const folder = mkdtempSync(join(tmpdir(), "cherenkit-waveforms-"));
after(() => rmSync(folder, { recursive: true }));

const cases = [
  ["waveform", 20, "center"],
  ["waveform", 50, "center"],
  ["waveform", 7, "center"],
  ["waveform", 6, "maximum"],
  ["cleaned_waveform", 8, "maximum"],
] as const;

/** The pixels of dl1-data-handler's own reader, before they are mapped: its mappers tear this camera apart. */
const script = `
import json, sys
import numpy as np
from traitlets.config import Config
from dl1_data_handler.reader import DLWaveformReader
path, out, cases = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
for number, (name, length, position) in enumerate(cases):
    config = Config()
    config.DLWaveformReader.sequence_length = length
    config.DLWaveformReader.sequence_position = position
    config.DLWaveformReader.cleaning_type = "image" if name == "cleaned_waveform" else None
    config.DLWaveformReader.image_mapper_type = "AxialMapper"
    config.DLWaveformReader.focal_length_choice = "EQUIVALENT"
    config.AxialMapper.set_index_matrix = True
    config.TableQualityQuery.quality_criteria = []
    reader = DLWaveformReader(input_url_signal=[path], config=config)
    table = reader.generate_mono_batch(list(range(reader._get_n_events())))
    np.asarray(table["features"], dtype="<f4").tofile(f"{out}/{number}.f4")
`;

test("sequences of waveforms are those of dl1-data-handler, sample by sample", {
  ...needsData(official),
  ...needsPeers(),
}, async () => {
  const source = join(sharedData, official);
  execFileSync(peersPython, ["-c", script, source, folder, JSON.stringify(cases)], { stdio: "pipe" });
  for (const [number, [name, length, position]] of cases.entries()) {
    const channels = expandChannels([name], { length, position });
    const examples = await openExamples([source], null, readerConfig({ channels }));
    const bytes = readFileSync(join(folder, `${number}.f4`));
    const theirs = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    assert.equal(theirs.length, 9 * 1296 * length);
    for await (const { row, pixels } of readExampleImages(examples, channels)) {
      // They multiply with the mask, which gives −0 as well.
      const expected = theirs.slice(row * pixels.length, (row + 1) * pixels.length).map((value) => value + 0);
      assert.deepEqual(pixels, expected, `${name}, ${length} samples, ${position}, row ${row}`);
    }
  }
});
