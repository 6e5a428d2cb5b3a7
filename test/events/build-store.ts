// Builds an image store in a process of its own: node build-store.js FILE.h5; prints how far it is.

import { openImageStore } from "../../lib/events/image-store.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { storeReader } from "./store-reader.js";

const examples = await openExamples([process.argv[2]!], null, storeReader);
const store = await openImageStore(examples, storeReader, (done, total) => console.log(`${done} ${total}`));
console.log(JSON.stringify(store));
