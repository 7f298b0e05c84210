"""Files that are hard to read, and what is right of each."""
