"""Cuts, sensitivity and responses of the prod6 event list by pyirf, as JSON; the same by the library in the test.

Signal: events of even number. Background: events of odd number with their scores lowered by 0.1, which stand for
protons. Run with an environment that has pyirf: pyirf_response.py EVENT_LIST
"""

import json
import operator
import sys

import astropy.units as u
import numpy as np
from astropy.coordinates import angular_separation
from astropy.table import QTable
from pyirf.cut_optimization import optimize_cuts
from pyirf.cuts import evaluate_binned_cut
from pyirf.irf import background_2d, effective_area_per_energy_and_fov, energy_dispersion, psf_table
from pyirf.simulations import SimulatedEventsInfo
from pyirf.spectral import CRAB_HEGRA, IRFDOC_PROTON_SPECTRUM, PowerLaw, calculate_event_weights

table = QTable.read(sys.argv[1], hdu="EVENTS")
number = np.arange(len(table))


def separation(az1, alt1, az2, alt2):
    values = [np.deg2rad(table[name].to_value(u.deg).astype(np.float64)) for name in (az1, alt1, az2, alt2)]
    return np.rad2deg(angular_separation(*values)) * u.deg


events = QTable()
events["true_energy"] = table["MC_ENERGY"].astype(np.float64)
events["reco_energy"] = table["ENERGY"].astype(np.float64)
events["gh_score"] = table["GH_MVA"].astype(np.float64)
events["multiplicity"] = table["MULTIP"]
events["theta"] = separation("AZ", "ALT", "MC_AZ", "MC_ALT")
events["true_source_fov_offset"] = separation("MC_AZ", "MC_ALT", "PNT_AZ", "PNT_ALT")
events["reco_source_fov_offset"] = separation("AZ", "ALT", "PNT_AZ", "PNT_ALT")
signal, background = events[number % 2 == 0], events[number % 2 == 1]
background["gh_score"] -= 0.1

info = SimulatedEventsInfo(
    n_showers=2_000_000, energy_min=3 * u.GeV, energy_max=330 * u.TeV, max_impact=1900 * u.m,
    spectral_index=-2, viewcone_min=0 * u.deg, viewcone_max=10 * u.deg,
)
time = 50 * u.hour
simulated = PowerLaw.from_simulation(info, time)
# all gammas of the inner degree as if they were a point source
crab = CRAB_HEGRA
point = PowerLaw(simulated.normalization * (2 * np.pi * (1 - np.cos(1 * u.deg))).value * u.sr, simulated.index)
signal["weight"] = calculate_event_weights(signal["true_energy"], crab, point)
background["weight"] = calculate_event_weights(background["true_energy"], IRFDOC_PROTON_SPECTRUM, simulated)

reco_bins = 10 ** (np.arange(-8, 10) / 5) * u.TeV
sensitivity, multiplicity, theta, gammaness = optimize_cuts(
    signal, background, reco_bins,
    multiplicity_cuts=np.array([2, 3, 4]),
    gh_cut_efficiencies=np.arange(0.1, 0.95, 0.1).round(6),
    theta_cut_efficiencies=np.array([0.5, 0.68, 0.8]),
    fov_offset_min=0 * u.deg, fov_offset_max=2 * u.deg, alpha=0.2, progress=False,
)

true_bins = 10 ** (np.arange(-8, 10) / 5) * u.TeV
offset_bins = np.array([0, 1, 2, 3]) * u.deg
migration_bins = np.linspace(0.2, 5, 31)
radius_bins = np.linspace(0, 1, 21) * u.deg


def passing(of, with_theta):
    mask = evaluate_binned_cut(of["gh_score"], of["reco_energy"], gammaness, operator.ge)
    mask &= evaluate_binned_cut(of["multiplicity"].astype(float), of["reco_energy"], multiplicity, operator.ge)
    if with_theta:
        mask &= evaluate_binned_cut(of["theta"], of["reco_energy"], theta, operator.le)
    return of[mask]


selected = passing(signal, True)
clean = lambda values: [None if not np.isfinite(v) else float(v) for v in np.asarray(values).ravel()]
print(json.dumps({
    "gammaness": clean(gammaness["cut"]),
    "gammanessEfficiency": clean(gammaness["efficiency"]),
    "theta": clean(theta["cut"].to_value(u.deg)),
    "thetaEfficiency": clean(theta["efficiency"]),
    "multiplicity": clean(multiplicity["cut"]),
    "relative": clean(sensitivity["relative_sensitivity"]),
    "background": clean(sensitivity["n_background_weighted"]),
    "selected": len(selected),
    "effectiveArea": clean(effective_area_per_energy_and_fov(selected, info, true_bins, offset_bins).to_value(u.m**2)),
    "energyDispersion": clean(energy_dispersion(selected, true_bins, offset_bins, migration_bins)),
    "pointSpread": clean(psf_table(passing(signal, False), true_bins, radius_bins, offset_bins).to_value(1 / u.sr)),
    "backgroundRate": clean(
        background_2d(passing(background, False), reco_bins, offset_bins, time).to_value("s-1 TeV-1 sr-1")
    ),
}))
