import { z } from "zod";
import { ConfigError } from "../errors.js";
import { type ArrayName, arrayNames } from "./array.js";
import { dataModels } from "./data-model.js";
import { type ParticleName, particleNames } from "./particle.js";
import { type SiteName, siteNames } from "./site.js";

const choice = <Name extends string>(names: readonly Name[]): z.ZodEnum<{ [K in Name]: K }> =>
  z.enum(names as readonly [Name, ...Name[]]);

const settingsSchema = z
  .strictObject({
    events: z.int("a whole number of events is needed").min(1, "at least one event is needed"),
    seed: z.number("a number is needed"),
    output: z.string().min(1, "a folder is needed"),
    particles: z.array(choice<ParticleName>(particleNames)).optional(),
    array: choice<ArrayName>(arrayNames).default("sst1m"),
    site: choice<SiteName>(siteNames).optional(),
    zenithDeg: z.number().min(0).max(70, "the atmosphere is taken as flat: 70° is the most").default(20),
    azimuthDeg: z.number().min(-360).max(360).default(180),
    nightSky: z.number().min(0, "light cannot be negative").max(100).default(1),
    spectralIndex: z.number().min(-6).max(2).optional(),
    energyTeV: z.tuple([z.number().min(0.005), z.number().max(1000)]).optional(),
    viewConeDeg: z.number().min(0).max(10).optional(),
    sourceOffsetDeg: z.number().min(-10).max(10).optional(),
    dataModel: choice(dataModels).default("v7.1.0"),
    eventsPerFile: z.int().min(1, "at least one event a file is needed").optional(),
    threads: z.int().min(1).max(64).optional(),
    overwrite: z.boolean().default(false),
  })
  .refine(({ energyTeV }) => !energyTeV || energyTeV[0] < energyTeV[1], {
    path: ["energyTeV"],
    message: "the first energy must be the lower one",
  })
  .refine(
    ({ particles, energyTeV, viewConeDeg, sourceOffsetDeg }) =>
      (particles && particles.length > 0) ||
      [energyTeV, viewConeDeg, sourceOffsetDeg].every((one) => one === undefined),
    {
      path: ["particles"],
      message: "energies, view cone and source offset need particles to go with: name at least one",
    },
  );

/** Options of a simulation, all checked and with their defaults. */
export type Settings = z.infer<typeof settingsSchema>;

/** @throws {ConfigError} that names the first option that cannot be right */
export function checkSettings(options: unknown): Settings {
  const result = settingsSchema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const option = issue!.path[0] ?? (issue!.code === "unrecognized_keys" ? issue!.keys[0] : "options");
  const given = issue!.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], options);
  const shown = typeof given === "object" ? JSON.stringify(given) : String(given);
  const known = issue!.code === "invalid_value" ? `known are ${issue!.values.map(String).join(", ")}` : undefined;
  throw new ConfigError(`${String(option)} cannot be ${shown}: ${issue!.message}`, {
    place: `simulate, option ${String(option)}`,
    remedy: known ?? "see cherenkit simulate --help for what it may be",
  });
}
