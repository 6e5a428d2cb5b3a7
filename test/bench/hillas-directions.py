"""What do the images tell of directions, by Hillas' parameters alone? Gammas that both telescopes saw: the crossing of the
long axes, and random forests of the distance along the axis (disp), single and combined, as sst1mpipe makes them.

    python test/bench/hillas-directions.py 'FOLDER/data/cone-2.5/*.h5' 'FOLDER/data/point/*.h5'

Trains the forests on the first files, prints degrees that hold 68 % of the events of the second, in bins of true energy.
With --ctapipe N the crossing of the first N events is also that of ctapipe's HillasReconstructor.
Needs h5py, numpy, scikit-learn; ctapipe for the comparison. Files of `cherenkit simulate` with two telescopes.
"""

import glob
import sys

import h5py
import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

EDGES_TEV = np.array([0.631, 1, 1.585, 2.512, 3.981, 6.31, 10, 15.85, 25.12, 39.81, 63.1, 100])
TELESCOPES = (1, 2)


def sky_offset(az, alt, az0, alt0):
    """Longitude and latitude in the frame turned to the pointing, all in degrees."""
    az, alt, alt0 = np.radians(az - az0), np.radians(alt), np.radians(alt0)
    x = np.cos(alt) * np.cos(az) * np.cos(alt0) + np.sin(alt) * np.sin(alt0)
    y = np.cos(alt) * np.sin(az)
    z = -np.cos(alt) * np.cos(az) * np.sin(alt0) + np.sin(alt) * np.cos(alt0)
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arcsin(z))


def load(pattern):
    """Parameters of all images, with the truth, of which those pass that the published analysis would keep."""
    parts = []
    for number, path in enumerate(sorted(glob.glob(pattern))):
        file = h5py.File(path)
        shower = file["simulation/event/subarray/shower"][:]
        pointing = file["configuration/telescope/pointing/tel_001"][0]
        az0, alt0 = np.degrees([pointing[f"telescope_pointing_{name}"] for name in ("azimuth", "altitude")])
        lon, lat = sky_offset(shower["true_az"], shower["true_alt"], az0, alt0)
        row_of = {event: row for row, event in enumerate(shower["event_id"])}
        for telescope in TELESCOPES:
            images = file[f"dl1/event/telescope/parameters/tel_{telescope:03d}"][:]
            rows = [row_of[event] for event in images["event_id"]]
            part = {name: images[name] for name in images.dtype.names}
            part |= {"energy": shower["true_energy"][rows], "lon": lon[rows], "lat": lat[rows]}
            part["event"] = number * 10**8 + images["event_id"].astype(int)
            parts.append(part)
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept = (table["hillas_intensity"] > 50) & (table["leakage_intensity_width_2"] < 0.2) & (table["hillas_width"] > 0)
    table = {name: column[kept] for name, column in table.items()}
    psi = np.radians(table["hillas_psi"])
    table["cos"], table["sin"] = np.cos(psi), np.sin(psi)
    return table


def features(t):
    along = -(t["hillas_fov_lon"] * t["cos"] + t["hillas_fov_lat"] * t["sin"])
    density = t["hillas_intensity"] / (t["hillas_length"] * t["hillas_width"])
    names = ["length", "width", "skewness", "kurtosis", "r"]
    columns = [t[f"hillas_{name}"] for name in names]
    columns += [np.log10(t["hillas_intensity"]), np.log10(density), t["hillas_width"] / t["hillas_length"], along]
    columns += [t["timing_slope"], t["leakage_intensity_width_2"], t["concentration_cog"], t["morphology_n_pixels"]]
    return np.column_stack(columns)


def disp_of(train, test):
    """Signed distance of the source along the axis and its size: forests as in sst1mpipe."""
    true = (train["lon"] - train["hillas_fov_lon"]) * train["cos"] + (train["lat"] - train["hillas_fov_lat"]) * train["sin"]
    options = {"n_estimators": 100, "min_samples_leaf": 5, "max_features": 0.5, "n_jobs": 2, "random_state": 1}
    size = RandomForestRegressor(**options).fit(features(train), np.abs(true)).predict(features(test))
    ahead = RandomForestClassifier(**options).fit(features(train), true > 0).predict(features(test))
    return np.where(ahead, 1, -1), size


def containment(energy, error):
    inside = [error[(energy >= low) & (energy < high)] for low, high in zip(EDGES_TEV[:-1], EDGES_TEV[1:])]
    return [np.quantile(errors, 0.68) if len(errors) else np.nan for errors in inside]


def crossing(t, i, j):
    """Where the axes of images i and j cross."""
    determinant = t["cos"][i] * t["sin"][j] - t["sin"][i] * t["cos"][j]
    lon, lat = (t[f"hillas_fov_{axis}"][j] - t[f"hillas_fov_{axis}"][i] for axis in ("lon", "lat"))
    step = (lon * t["sin"][j] - lat * t["cos"][j]) / determinant
    return t["hillas_fov_lon"][i] + step * t["cos"][i], t["hillas_fov_lat"][i] + step * t["sin"][i]


def combined(t, size, i, j):
    """Of the four pairs of ends the closest, weighted by intensity."""
    ends = lambda k, sign: np.array(
        [t["hillas_fov_lon"][k] + sign * size[k] * t["cos"][k], t["hillas_fov_lat"][k] + sign * size[k] * t["sin"][k]]
    )
    pairs = [(ends(i, a), ends(j, b)) for a in (1, -1) for b in (1, -1)]
    nearest = np.argmin([np.hypot(*(one - two)) for one, two in pairs], axis=0)
    weight = t["hillas_intensity"][i] / (t["hillas_intensity"][i] + t["hillas_intensity"][j])
    middles = np.array([one * weight + two * (1 - weight) for one, two in pairs])
    return middles[nearest, :, np.arange(len(i))].T


def with_ctapipe(path, events):
    """Error of ctapipe's own reconstructor, by event."""
    import astropy.units as u
    from astropy.coordinates import angular_separation
    from ctapipe.io import HDF5EventSource
    from ctapipe.reco import HillasReconstructor

    errors = {}
    with HDF5EventSource(path, max_events=events) as source:
        reconstruct = HillasReconstructor(source.subarray)
        for event in source:
            reconstruct(event)
            found, true = event.dl2.stereo.geometry["HillasReconstructor"], event.simulation.shower
            if found.is_valid:
                errors[event.index.event_id] = angular_separation(found.az, found.alt, true.az, true.alt).to_value(u.deg)
    return errors


def main():
    train, test = load(sys.argv[1]), load(sys.argv[2])
    sign, size = disp_of(train, test)
    first, second, seen = [], [], {}
    for row, event in enumerate(test["event"]):
        if event in seen:
            first.append(seen[event])
            second.append(row)
        seen[event] = row
    i, j = np.array(first), np.array(second)
    energy = test["energy"][i]
    error = lambda lon, lat, rows: np.hypot(lon - test["lon"][rows], lat - test["lat"][rows])
    both = np.concatenate([i, j])
    lon = test["hillas_fov_lon"] + sign * size * test["cos"]
    lat = test["hillas_fov_lat"] + sign * size * test["sin"]
    crossed = error(*crossing(test, i, j), i)
    columns = {
        "crossing": containment(energy, crossed),
        "disp, one": containment(test["energy"][both], error(lon, lat, np.arange(len(lon)))[both]),
        "disp, both": containment(energy, error(*combined(test, size, i, j), i)),
    }
    print("energy [TeV]   events  " + "  ".join(columns))
    for bin, count in enumerate(np.histogram(energy, EDGES_TEV)[0]):
        values = "  ".join(f"{column[bin]:{len(name)}.3f}" for name, column in columns.items())
        print(f"{EDGES_TEV[bin]:5.3g}–{EDGES_TEV[bin + 1]:5.3g}  {count:8d}  {values}")
    if "--ctapipe" in sys.argv:
        path = sorted(glob.glob(sys.argv[2]))[0]
        theirs = with_ctapipe(path, int(sys.argv[sys.argv.index("--ctapipe") + 1]))
        pairs = [(crossed[k], theirs[event]) for k, event in enumerate(test["event"][i]) if event in theirs]
        ours, ctapipe = np.array(pairs).T
        print(f"{len(pairs)} events: crossing {np.quantile(ours, 0.68):.4f}°, ctapipe {np.quantile(ctapipe, 0.68):.4f}°,")
        print(f"median of the difference {np.median(np.abs(ours - ctapipe)):.5f}°")


if __name__ == "__main__":
    main()
