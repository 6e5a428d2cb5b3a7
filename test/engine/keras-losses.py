"""Trains one small network in real Keras for each case and prints the loss of every step.

stdin: {"weights": [...], "shapes": [...], "images": [...], "labels": [...], "steps": n, "cases": [...]} as JSON
stdout: list of lists of losses as JSON
"""
import json
import sys

import numpy as np
from keras import Input, Model, layers, losses, optimizers

spec = json.load(sys.stdin)
x = np.array(spec["images"], "float32").reshape(-1, 8, 8, 2)
labels = {
    "regression": np.array(spec["labels"], "float32").reshape(-1, 3),
    "class": np.eye(3, dtype="float32")[np.arange(len(x)) % 3],
    "bits": (np.array(spec["labels"], "float32").reshape(-1, 3) > 0).astype("float32"),
}
batch = spec["batch"]


def network(activation):
    image = Input((8, 8, 2))
    y = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    y = layers.MaxPooling2D(2)(y)
    y = layers.Flatten()(y)
    model = Model(image, layers.Dense(3, activation=activation)(y))
    weights = np.array(spec["weights"], "float32")
    values, start = [], 0
    for weight in model.get_weights():
        values.append(weights[start : start + weight.size].reshape(weight.shape))
        start += weight.size
    model.set_weights(values)
    return model


result = []
for case in spec["cases"]:
    model = network(case.get("activation"))
    settings = dict(case["settings"], learning_rate=float(case["settings"]["learning_rate"]))
    optimizer = getattr(optimizers, case["optimizer"])(**settings)
    loss = getattr(losses, case.get("loss", "MeanSquaredError"))(**case.get("loss_settings", {}))
    model.compile(optimizer=optimizer, loss=loss)
    y = labels[case.get("labels", "regression")]
    found = []
    for step in range(spec["steps"]):
        start = step * batch % len(x)
        model.reset_metrics()
        found.append(float(np.ravel(model.train_on_batch(x[start : start + batch], y[start : start + batch]))[0]))
    result.append(found)
print(json.dumps(result))
