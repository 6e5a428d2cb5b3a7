"""Says whether two HDF5 files hold the same tables: names, column types, values, units and descriptions.

ctapipe numbers cameras of one type in an order that changes from run to run, so of the instrument only the forms are
compared; its readers judge the rest.
"""
import sys

import numpy as np
import tables


def contents(file):
    return {node._v_pathname: node for node in file.walk_nodes("/", "Leaf")}


def notes(node):
    """What ctapipe keeps for the columns, apart from the order of attributes."""
    return {
        name: str(node.attrs[name])
        for name in node.attrs._f_list("user")
        if name.startswith("CTAFIELD_")
    }


first, second = (tables.open_file(path) for path in sys.argv[1:3])
a, b = contents(first), contents(second)
problems = [f"only in one file: {path}" for path in sorted(set(a) ^ set(b)) if path not in sys.argv[3:]]
for path in sorted(set(a) & set(b)):
    one, other = a[path], b[path]
    if one.dtype != other.dtype:
        problems.append(f"{path}: {one.dtype} and {other.dtype}")
    elif "/instrument/" in path:
        continue
    elif not all(np.array_equal(one.col(c), other.col(c), equal_nan=one.dtype[c].base.kind == "f") for c in one.colnames):
        problems.append(f"{path}: other values")
    elif notes(one) != notes(other):
        problems.append(f"{path}: other notes of columns")
    elif (one.filters.complib, one.filters.fletcher32) != (other.filters.complib, other.filters.fletcher32):
        if "/event/" in path:
            problems.append(f"{path}: {one.filters} and {other.filters}")
print("\n".join(problems) or f"{len(set(a) & set(b))} tables are equal")
sys.exit(1 if problems else 0)
