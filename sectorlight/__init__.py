"""SectorLight's composition root: the only package that knows all apps."""

__version__ = "0.1.0"
