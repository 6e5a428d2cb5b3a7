// A part of a training, in a process of its own: node train-part.js PREFIX save|restore OTHERS STEPS [--seed N]
// Builds OTHERS networks first, then one without any names of its own; prints the losses of STEPS steps after the state
// was saved to PREFIX or restored from it.
import { compileModel } from "../../lib/engine/compile-model.js";
import { outputNames } from "../../lib/engine/output-names.js";
import { tf } from "../../lib/engine/tensorflow.js";

const [prefix, act, others, steps, , seed] = process.argv.slice(2);

function network(): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 4 });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, kernelInitializer, activation: "relu", inputShape: [8, 8, 2] }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer, inputShape: [6, 6, 4] }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.flatten(),
        ],
      }),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 2, kernelInitializer }),
    ],
  });
}

for (let i = 0; i < Number(others); i++) network();
const model = network();
const output = outputNames(model)[0]!;
const compiled = await compileModel(model, {
  losses: { [output]: "meanSquaredError" },
  optimizer: { name: "Adam", epsilon: 1e-7 },
  seed: Number(seed ?? 0),
});
const wave = (length: number, pace: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(pace * i));
const batch = { images: wave(8 * 8 * 8 * 2, 0.37), size: 8, labels: { [output]: wave(16, 1.1) } };
if (act === "restore") await compiled.restore(prefix!);
else {
  for (let step = 0; step < 4; step++) compiled.trainStep(batch, 0.01);
  await compiled.save(prefix!);
}
console.log(JSON.stringify(Array.from({ length: Number(steps) }, () => compiled.trainStep(batch, 0.01).loss)));
compiled.dispose();
