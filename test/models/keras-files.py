"""Real CTLearn and Keras on the other side of the files.

make FOLDER   writes networks as .keras, .weights.h5 and .h5, and what they predict for images.json
judge FOLDER  loads what was exported to FOLDER/exported and prints what it predicts, as JSON
"""
import json
import os
import sys

import keras
import numpy as np

mode, folder = sys.argv[1:3]
images = np.array(json.load(open(os.path.join(folder, "images.json"))), "float32").reshape(-1, 32, 32, 2)


def shaken(model):
    """Random weights everywhere, so that no bias and no average stays at its first value."""
    generator = np.random.default_rng(1)
    positive = ("variance", "gamma")
    for weight in model.weights:
        values = generator.uniform(-0.3, 0.3, weight.shape)
        weight.assign(np.abs(values) + 0.5 if any(name in weight.path for name in positive) else values)
    return model


def outputs(model):
    found = model(images, training=False)
    found = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]
    return [np.asarray(value).ravel().tolist() for value in found]


def ctlearn_model(name, tasks, **traits):
    from ctlearn.core.model import CTLearnModel

    return CTLearnModel.from_name(name, input_shape=(32, 32, 2), tasks=tasks, **traits).model


def odd_layers():
    """Layers that CTLearn does not use."""
    layers = keras.layers
    inputs = keras.Input((32, 32, 2))
    x = layers.SeparableConv2D(6, 3, strides=2, activation="gelu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", use_bias=False)(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.ZeroPadding2D(((1, 0), (2, 1)))(x)
    x = layers.Conv2D(8, (3, 2), activation="silu", dilation_rate=2)(x)
    x = layers.SpatialDropout2D(0.2)(x)
    x = layers.Maximum()([x, layers.LeakyReLU(negative_slope=0.1)(x)])
    x = layers.Concatenate()([layers.AveragePooling2D(3, 2, "same")(x), layers.MaxPooling2D(3, 2, "same")(x)])
    x = layers.UpSampling2D(2)(x)
    row = keras.Sequential([keras.Input((12, 16, 16)), layers.Conv2D(4, 3), layers.ReLU(max_value=6.0)])
    x = layers.Permute((2, 1, 3))(row(x))
    x = layers.Reshape((-1, 4))(layers.Dropout(0.1)(x))
    x = layers.Conv1D(5, 4, strides=3, activation="tanh")(x)
    x = layers.Dense(4, activation="elu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


if mode == "make":
    small = [{"filters": 6, "blocks": 2}, {"filters": 8, "blocks": 1}]
    models = {
        "singlecnn": ctlearn_model("SingleCNN", ["type"], attention_mechanism="Dual-SE", attention_reduction_ratio=8),
        "batchnorm": ctlearn_model("SingleCNN", ["energy"], attention_mechanism=None, batchnorm=True),
        "resnet": ctlearn_model(
            "ResNet", ["type", "energy", "cameradirection"], architecture=small, attention_reduction_ratio=4
        ),
        "odd": odd_layers(),
    }
    predictions = {}
    for name, model in models.items():
        path = os.path.join(folder, name)
        shaken(model)
        predictions[name] = outputs(model)
        model.save(path + ".keras")
        model.save(path + ".h5")
        model.save_weights(path + ".weights.h5")
    print(json.dumps(predictions))
else:
    import tensorflow as tf

    exported = os.path.join(folder, "exported")
    found = {}
    for name in ("singlecnn", "energy", "resnet", "odd"):
        path = os.path.join(exported, name)
        model = keras.models.load_model(path + ".keras")
        if name == "energy":
            # CTLearn's prediction asks for a regression by name, for the type without one.
            assert list(model.predict(images, verbose=0)) == ["energy"]
        found[name + ".keras"] = outputs(model)
        # The weights alone, into the network as Keras itself made it.
        own = keras.models.load_model(path + ".keras")
        shaken(own)
        own.load_weights(path + ".weights.h5")
        found[name + ".weights.h5"] = outputs(own)
        serving = tf.saved_model.load(path).signatures["serving_default"]
        result = serving(images=tf.constant(images))
        names = [output.split("/")[-1] for output in json.load(open(path + ".outputs.json"))]
        found[name] = [np.asarray(result[output]).ravel().tolist() for output in names]
    print(json.dumps(found))
