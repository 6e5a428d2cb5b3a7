import "./environment.js"; // must come first: TensorFlow reads its settings when it is loaded
import * as tf from "@tensorflow/tfjs-node-gpu";

export { tf };
