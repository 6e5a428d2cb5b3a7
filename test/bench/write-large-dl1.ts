// Writes a large DL1 file of a small one: node dist/test/bench/write-large-dl1.js SOURCE TARGET IMAGES [SEED]
import { writeLargeDL1 } from "./large-dl1.js";
import "./bench.js";

const [source, target, images, seed] = process.argv.slice(2);
if (!source || !target || !images) {
  console.error("usage: write-large-dl1.js SOURCE.h5 TARGET.h5 IMAGES [SEED]");
  process.exit(2);
}
await writeLargeDL1(source, target, Number(images), Number(seed ?? 1));
