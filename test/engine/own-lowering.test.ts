import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { tf } from "../../lib/engine/tensorflow.js";
import * as cherenkit from "../../lib/index.js";
import { codeBlocks } from "../docs/code-blocks.js";
import { checkGradients, modelOf, values } from "./eager-reference.js";

const network = (x: tf.SymbolicTensor): tf.SymbolicTensor => {
  const repeated = tf.layers.repeatVector({ n: 3 }).apply(tf.layers.dense({ units: 4 }).apply(x));
  return tf.layers.dense({ units: 2 }).apply(tf.layers.flatten().apply(repeated)) as tf.SymbolicTensor;
};

test("the lowering that the documentation shows predicts as eager TensorFlow.js does, and has its gradients", async () => {
  const [block] = codeBlocks("docs/engine.md", "ts");
  await assert.rejects(compilePredictor(modelOf([5], network)), /class RepeatVector/);
  const { outputText } = ts.transpileModule(block!, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  new Function("require", "exports", outputText)(() => cherenkit, {});
  await checkGradients([5], network, "meanSquaredError");
  const model = modelOf([5], network);
  const images = values(10, 3);
  const predictor = await compilePredictor(model);
  const found = Object.values(predictor.predict(images, 2))[0]!;
  const wanted = (model.predict(tf.tensor(images, [2, 5])) as tf.Tensor).dataSync();
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-6);
  predictor.dispose();
});
