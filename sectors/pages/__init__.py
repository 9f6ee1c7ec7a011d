"""What the sector's page and the funnel print: dataclasses of words and classes, made from stored rows."""
