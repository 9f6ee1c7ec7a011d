"""What the pages of stocks, runs and alerts print: dataclasses of words and classes, made from stored rows."""
