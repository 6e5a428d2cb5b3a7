"""Many DL1 files with all tables of a template, those of images empty: `large-tables.py TEMPLATE FOLDER FILES EVENTS`.

Rows of the template are repeated with small changes, ids run on; compressed and chunked as ctapipe does. Needs PyTables.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import tables

warnings.simplefilter("ignore")  # names of ctapipe attributes have spaces
FILTERS = tables.Filters(complevel=5, complib="blosc:zstd", fletcher32=True)


def write_table(source, target, rows):
    """A table of the template's columns and attributes with other rows."""
    table = target.create_table(
        source._v_parent._v_pathname, source.name, rows, createparents=True, filters=FILTERS, expectedrows=len(rows)
    )
    for name in source.attrs._v_attrnamesuser:
        table.attrs[name] = source.attrs[name]


def jitter(rows, names, generator):
    for name in names:
        rows[name] *= generator.normal(1, 0.05, len(rows))


def main(template, folder, files, events):
    folder.mkdir(parents=True, exist_ok=True)
    with tables.open_file(template) as source:
        paths = [node._v_pathname for node in source.walk_nodes("/", "Table")]
        trigger = source.root.dl1.event.subarray.trigger[:]
        for number in range(1, files + 1):
            generator = np.random.default_rng(number)
            chosen = np.resize(np.arange(len(trigger)), events)
            ids = np.arange(events) * 100 + 100
            with tables.open_file(folder / f"events_{number:03d}.dl1.h5", "w") as target:
                for name in source.root._v_attrs._v_attrnamesuser:
                    target.root._v_attrs[name] = source.root._v_attrs[name]
                for path in paths:
                    table = source.get_node(path)
                    if "/images/" in path:
                        write_table(table, target, table[:0])
                        continue
                    rows = table[:]
                    if path.startswith(("/dl1/event", "/simulation/event")):
                        rows_of = [np.flatnonzero(rows["event_id"] == event) for event in trigger["event_id"]]
                        rows = rows[np.concatenate([rows_of[i] for i in chosen])]
                        rows["event_id"] = np.repeat(ids, [len(rows_of[i]) for i in chosen])
                        jitter(rows, [n for n in rows.dtype.names if n.startswith(("hillas_", "true_e", "true_core"))], generator)
                    if "obs_id" in rows.dtype.names:
                        rows["obs_id"] = number
                    write_table(table, target, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
