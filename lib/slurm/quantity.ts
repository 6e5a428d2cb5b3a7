/** `90`, `2:30:00`, `1-12:00:00`, `12:00`: the forms SLURM reads. A bare number is minutes. */
export const timePattern = /^(\d+-\d{1,2}(:\d{1,2}){0,2}|\d+(:\d{1,2}){0,2})$/;

/** Seconds of a SLURM time (`90` = minutes, `mm:ss`, `hh:mm:ss`, `d-hh[:mm[:ss]]`); null for `UNLIMITED` and the like. */
export function timeSeconds(time: string): number | null {
  if (!timePattern.test(time)) return null;
  const [days, rest] = time.includes("-") ? time.split("-") : [null, time];
  const parts = rest!.split(":").map(Number);
  if (days !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = parts;
    return ((Number(days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  }
  if (parts.length === 1) return parts[0]! * 60;
  const [hours, minutes, seconds] = parts.length === 2 ? [0, ...parts] : parts;
  return (hours! * 60 + minutes!) * 60 + seconds!;
}

/** MB (1024² bytes) of a SLURM memory size: `48GB`, `48G`, `2000` (MB). */
export function memoryMB(memory: string): number | null {
  const match = memory.match(/^(\d+(?:\.\d+)?)\s*([KMGT]?)/i);
  if (!match) return null;
  const power = { K: -1, M: 0, G: 1, T: 2 }[(match[2] || "M").toUpperCase() as "K" | "M" | "G" | "T"];
  return Math.ceil(Number(match[1]) * 1024 ** power);
}
