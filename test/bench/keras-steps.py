"""Keras' side of training-step.ts: reads "NETWORK BATCH KIND COUNT" lines, answers with the milliseconds of each step."""
import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers

networks = {}


def network(name):
    if name in networks:
        return networks[name]
    x = inputs = keras.Input((96, 96, 2))
    if name == "SingleCNN":
        for filters in (32, 32, 64, 128):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D(2, 2)(x)
    else:
        for stack, (filters, blocks) in enumerate([(48, 2), (96, 3), (128, 3), (256, 3)]):
            for block in range(blocks):
                strides = 2 if block == 0 and stack > 0 else 1
                shortcut = layers.Conv2D(4 * filters, 1, strides=strides)(x) if block == 0 else x
                y = layers.Conv2D(filters, 1, strides=strides, activation="relu")(x)
                y = layers.Conv2D(filters, 3, padding="same", activation="relu")(y)
                x = layers.ReLU()(layers.Add()([shortcut, layers.Conv2D(4 * filters, 1)(y)]))
    x = layers.GlobalAveragePooling2D()(x)
    for units in (512, 256):
        x = layers.Dense(units, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="mae")
    networks[name] = model
    return model


generator = np.random.default_rng(1)
for line in sys.stdin:
    name, batch, kind, count = line.split()
    model = network(name)
    x = generator.standard_normal((int(batch), 96, 96, 2), "float32")
    y = generator.standard_normal((int(batch), 1), "float32")
    run = (lambda: model.train_on_batch(x, y)) if kind == "train" else (lambda: model.predict_on_batch(x))
    times = []
    for _ in range(int(count)):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps(times), flush=True)
