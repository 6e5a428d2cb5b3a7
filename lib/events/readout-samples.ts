import { type ChannelName, isWaveformName } from "../config/channel.js";
import type { ReaderConfig } from "../config/config.js";
import { InputError } from "../errors.js";
import { openEventFile } from "./event-file.js";
import { waveformsPath } from "./read-waveforms.js";
import { selectTelescopes } from "./select-telescopes.js";
import { levelOf } from "./waveforms.js";

/**
 * Samples of a readout of the wanted telescopes in a file; the fewest, where they differ.
 * @param channels names of channels, at least one of waveforms
 * @throws {InputError} when the file has no such waveforms
 */
export async function readoutSamples(
  path: string,
  channels: readonly ChannelName[],
  wanted: Pick<ReaderConfig, "allowedTelescopes" | "allowedTelescopeTypes">,
): Promise<number> {
  const file = await openEventFile(path);
  try {
    const levels = new Set(channels.filter(isWaveformName).map(levelOf));
    const chosen = { ids: wanted.allowedTelescopes, types: wanted.allowedTelescopeTypes };
    const lengths = selectTelescopes(file.subarray, chosen, path).flatMap(({ id }) =>
      [...levels].flatMap((level) => {
        const table = waveformsPath(level, id);
        if (file.hdf5.kind(table) !== "table") return [];
        const column = file.hdf5.table(table).layout.find(({ name }) => name === "waveform");
        return column?.itemShape?.at(-1) ?? [];
      }),
    );
    if (lengths.length > 0) return Math.min(...lengths);
    throw new InputError(`${path} has no ${[...levels].join(" or ").toUpperCase()} waveforms`, {
      place: path,
      remedy: "write them with ctapipe-process --DataWriter.write_r1_waveforms=True, or choose channels of images",
    });
  } finally {
    file.close();
  }
}
