"""What the pages of stocks, runs and alerts print: words and classes made from stored rows."""
