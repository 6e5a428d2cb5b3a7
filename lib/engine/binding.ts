import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where set-up puts the binding of tfjs-node to the TensorFlow library; a link to it, if it is installed. */
export function bindingFile(): string {
  const packageFile = createRequire(import.meta.url).resolve("@tensorflow/tfjs-node-gpu/package.json");
  return join(dirname(packageFile), "lib/napi-v8/tfjs_binding.node");
}
