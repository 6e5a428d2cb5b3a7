// danfojs-node asks for @tensorflow/tfjs-node; it gets the one binding that the engine loads.
module.exports = require("@tensorflow/tfjs-node-gpu");
