"""Where the data of the tests marked `recorded` lies: SECTORLIGHT_DATA, else beside the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = (ROOT / os.environ.get("SECTORLIGHT_DATA", "../shared/data")).resolve()
