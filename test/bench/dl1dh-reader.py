"""Reads batches of 64 as a CTLearn process does. Usage: dl1dh-reader.py FILE.h5 mono|stereo; then lines "shuffled N" or
"sequential N" on standard input, each answered by a JSON object with images (or events), wall and CPU seconds."""
import json
import sys
import time
import warnings

import tensorflow  # noqa: F401  CTLearn imports it first, and its fast zstd takes over
from ctlearn.core.loader import DLDataLoader
from dl1_data_handler.reader import DLImageReader
from traitlets.config import Config
import numpy as np

warnings.simplefilter("ignore")
path, mode = sys.argv[1:]
config = Config()
config.TableQualityQuery.quality_criteria = []
config.DLImageReader.focal_length_choice = "EQUIVALENT"
config.DLImageReader.mode = mode
start, processor = time.perf_counter(), time.process_time()
reader = DLImageReader(input_url_signal=[path], config=config)
count = reader._get_n_events()
print(
    json.dumps(
        {"start": time.perf_counter() - start, "cpu": time.process_time() - processor, "examples": count}
    ),
    flush=True,
)
for line in sys.stdin:
    order, number = line.split()
    indices = np.arange(count)
    if order == "shuffled":
        np.random.shuffle(indices)
    stacked = {"stack_telescope_images": True} if mode == "stereo" else {}
    loader = DLDataLoader(reader, indices[: int(number)], tasks=["energy"], batch_size=64, **stacked)
    wall, cpu = time.perf_counter(), time.process_time()
    for i in range(len(loader)):
        loader[i]
    print(json.dumps({"examples": 64 * len(loader), "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)
