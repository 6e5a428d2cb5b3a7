"""Opens a GADF file with astropy, which checks it against the standard, and with gammapy where that is installed.

Prints what they found as JSON: read_gadf.py FILE
"""

import json
import sys

import numpy as np
from astropy.io import fits

with fits.open(sys.argv[1]) as file:
    file.verify("exception")
    found = {
        "tables": {
            hdu.name: {
                "class": hdu.header["HDUCLAS4"],
                "columns": {c.name: [c.unit or "", list(np.shape(hdu.data[c.name][0]))] for c in hdu.columns},
            }
            for hdu in file[1:]
        },
        "effectiveArea": file["EFFECTIVE AREA"].data["EFFAREA"][0].T.ravel().tolist(),
        "telescope": file["EFFECTIVE AREA"].header["TELESCOP"],
    }

try:
    import astropy.units as u
    from gammapy.irf import Background2D, EffectiveAreaTable2D, EnergyDispersion2D, PSF3D, RadMax2D
except ImportError:
    found["gammapy"] = None
else:
    area = EffectiveAreaTable2D.read(sys.argv[1], hdu="EFFECTIVE AREA")
    dispersion = EnergyDispersion2D.read(sys.argv[1], hdu="ENERGY DISPERSION")
    psf = PSF3D.read(sys.argv[1], hdu="PSF")
    background = Background2D.read(sys.argv[1], hdu="BACKGROUND")
    radius = RadMax2D.read(sys.argv[1], hdu="RAD_MAX")
    migration = dispersion.axes["migra"]
    found["gammapy"] = {
        "pointLike": bool(area.is_pointlike),
        "area": float(area.data[5, 0]),
        "areaUnit": str(area.unit),
        "dispersionSum": float((dispersion.data[5, :, 0] * migration.bin_width.value).sum()),
        "psfSum": float(psf.containment(
            energy_true=0.316 * u.TeV, offset=0.5 * u.deg, rad=psf.axes["rad"].edges[-1]
        ).to_value("")),
        "background": float(background.quantity[5, 0].to_value("s-1 TeV-1 sr-1")),
        "radius": float(radius.quantity[5, 0].to_value(u.deg)),
    }

print(json.dumps(found))
