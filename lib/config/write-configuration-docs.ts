import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../files/write-atomically.js";
import { configurationMarkdown } from "./configuration-docs.js";
import { configJsonSchema } from "./json-schema.js";

/** `npm run docs`: writes docs/configuration.md and configs/schema.json from the schema of the configuration. */
const project = new URL("../../../", import.meta.url);
await writeFileAtomically(fileURLToPath(new URL("docs/configuration.md", project)), configurationMarkdown());
await writeFileAtomically(
  fileURLToPath(new URL("configs/schema.json", project)),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
