"""Faults of real processes, on this machine alone, with the figures that the product promises."""
